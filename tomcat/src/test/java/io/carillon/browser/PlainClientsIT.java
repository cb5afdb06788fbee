package io.carillon.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Client code of two common kinds, as it stands in many portals and without a change for Carillon:
 * an {@code EventSource} that sets {@code onmessage} and parses JSON, and {@code fetch} that posts
 * JSON.
 */
@DisabledIfSystemProperty(named = "skipBrowser", matches = "(?!false).*")
class PlainClientsIT {
  private static DemoServer demo;
  private BrowserContext window;
  private Page page;

  @BeforeAll
  static void start() {
    demo = new DemoServer();
  }

  @AfterAll
  static void stop() {
    if (demo != null) {
      demo.close();
    }
  }

  @BeforeEach
  void signIn() {
    window = demo.browser().newContext();
    page = window.newPage();
    page.navigate(demo.page());
    page.evaluate(
        """
        async () => {
          window.post = (path, body) => fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify(body) });
          window.listen = (path) => new Promise((resolve) => {
            const events = [];
            const source = new EventSource(path);
            source.onmessage = (e) => events.push(JSON.parse(e.data));
            source.onopen = () => resolve(events);
          });
          await post('/api/login', { userId: 'alice', password: 'alice' });
        }\
        """);
  }

  @AfterEach
  void close() {
    window.close();
  }

  private void await(String condition) {
    page.waitForFunction(condition);
  }

  @Test
  void chatWithOnmessageAndFetch() {
    page.evaluate("async () => { window.chat = await listen('/api/channels/general/events'); }");
    Object status =
        page.evaluate(
            "async () => (await post('/api/channels/general/messages', { content: 'hello'"
                + " })).status");
    assertThat(status).isEqualTo(201);
    await("() => chat.some((m) => m.content === 'hello' && m.author.id === 'alice')");
  }

  @Test
  void notificationsWithOnmessageAndAType() {
    page.evaluate("async () => { window.mine = await listen('/api/events'); }");
    page.evaluate(
        """
        async () => {
          await post('/api/login', { userId: 'admin', password: 'admin' });
          await post('/api/notifications', { userId: 'alice', type: 'lunch', title: 'Lunch', message: 'Ready' });
          await post('/api/announcements', { type: 'news', title: 'News', message: 'All' });
        }\
        """);
    await(
        "() => mine.some((e) => e.type === 'notification' && e.kind === 'lunch' && e.title ==="
            + " 'Lunch')");
    await("() => mine.some((e) => e.type === 'announcement' && e.message === 'All')");
  }

  @Test
  void namedNotificationEvents() {
    page.evaluate(
        """
        async () => {
          window.got = [];
          const source = new EventSource('/api/notifications/stream');
          source.addEventListener('notification', (e) => got.push({ id: e.lastEventId, ...JSON.parse(e.data) }));
          await new Promise((resolve) => { source.onopen = resolve; });
          await post('/api/login', { userId: 'admin', password: 'admin' });
          await post('/api/notifications', { userId: 'alice', type: 'lunch', title: 'Named', message: 'Ready' });
        }\
        """);
    await("() => got.some((e) => e.title === 'Named' && e.type === 'lunch' && e.id)");
  }

  @Test
  void todosWithTypedEvents() {
    page.evaluate("async () => { window.list = await listen('/api/lists/todos/events'); }");
    Object todo =
        page.evaluate(
            """
            async () => {
              const created = await post('/api/lists/todos/todos', { text: 'milk' });
              const todo = await created.json();
              await fetch('/api/lists/todos/todos/' + todo.id, { method: 'PATCH',
                headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ completed: true }) });
              await fetch('/api/lists/todos/todos/' + todo.id, { method: 'DELETE' });
              return [created.status, todo.text, todo.completed];
            }\
            """);
    assertThat(todo).isEqualTo(List.of(201, "milk", false));
    await("() => list.length === 3");
    assertThat(page.evaluate("() => list.map((e) => e.type)"))
        .isEqualTo(List.of("todo:created", "todo:updated", "todo:deleted"));
    assertThat(page.evaluate("() => list[0].todo.text === 'milk' && list[1].todo.completed"))
        .isEqualTo(true);
    assertThat(page.evaluate("() => typeof list[2].todoId")).isEqualTo("string");
  }

  /**
   * The browser reconnects by itself with {@code Last-Event-ID}, and nothing is missed or repeated.
   */
  @Test
  void eventSourceResumesByItself() {
    page.evaluate(
        """
        async () => {
          window.seen = [];
          const source = new EventSource('/api/channels/random/events');
          source.onmessage = (e) => seen.push(JSON.parse(e.data).content);
          await new Promise((resolve) => { source.onopen = resolve; });
          await post('/api/channels/random/messages', { content: 'one' });
        }\
        """);
    await("() => seen.length === 1");
    window.setOffline(true);
    window.setOffline(false);
    page.evaluate(
        "async () => { await post('/api/channels/random/messages', { content: 'two' }); }");
    await("() => seen.length >= 2");
    assertThat(page.evaluate("() => seen")).isEqualTo(List.of("one", "two"));
  }
}
