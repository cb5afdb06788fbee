package io.carillon.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.carillon.browser.PortalPages.messages;
import static io.carillon.browser.PortalPages.open;
import static io.carillon.browser.PortalPages.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIRequestContext;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every screen of the portal, in both themes and three widths: a picture of each is left in {@code
 * target/screens}, none has a serious fault for axe, none is wider than its window.
 */
@DisabledIfSystemProperty(named = "skipBrowser", matches = "(?!false).*")
class PortalScreensIT {
  private static final Path AXE =
      Path.of("../web-module/src/main/frontend/node_modules/axe-core/axe.min.js");
  private static final int[] WIDTHS = {360, 768, 1920};
  private static final int HEIGHT = 800;

  private static PortalPages portal;
  private static String axe;
  private final List<String> faults = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    axe = Files.readString(AXE);
    portal = new PortalPages();
  }

  @AfterAll
  static void stop() {
    if (portal != null) {
      portal.close();
    }
  }

  @Test
  void looksRightAndHasNoSeriousFault() {
    fill();
    for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
      BrowserContext browser = portal.browser(1280, HEIGHT, scheme);
      Page page = portal.page(browser);
      page.navigate(portal.address());
      assertThat(page.getByLabel("User")).isVisible();
      look(page, scheme, "sign-in");
      PortalPages.fillSignIn(page, "alice");
      open(page, "general");
      assertThat(messages(page, "Lunch").first()).isVisible();
      look(page, scheme, "chat");
      page.locator(".chat-header button").last().click();
      assertThat(page.locator(".chat-members li").first()).isVisible();
      look(page, scheme, "members");
      page.getByLabel("Close members").click();
      page.locator("#bell").click();
      assertThat(page.locator(".pf-v6-c-notification-drawer__list-item").first()).isVisible();
      look(page, scheme, "notifications");
      page.getByLabel("Close notifications").click();
      page.evaluate("() => { location.hash = '#/lists/todos' }");
      assertThat(page.locator(".portal-todo").first()).isVisible();
      look(page, scheme, "todos");
      page.evaluate("() => { location.hash = '#/resilience' }");
      assertThat(page.getByText("Run the trial")).isEnabled();
      look(page, scheme, "resilience");
      page.setViewportSize(1280, HEIGHT);
      page.getByText("New channel").click();
      assertThat(page.locator("#channelId")).isVisible();
      look(page, scheme, "create");
      page.setViewportSize(1280, HEIGHT);
      page.keyboard().press("Escape");
      page.getByLabel("Account of Alice").click();
      assertThat(page.getByText("Sign out")).isVisible();
      look(page, scheme, "account");
      page.keyboard().press("Escape");
      open(page, "random");
      browser.setOffline(true);
      assertThat(page.locator(".portal-banner")).isVisible();
      write(page, "Written on the train");
      assertThat(page.locator(".chat-composer-foot")).hasText("1 waiting");
      look(page, scheme, "offline");
      browser.setOffline(false);
    }
    assertThat(faults).isEmpty();
    assertThat(portal.complaints()).isEmpty();
  }

  /** Browsers ask by themselves for what a page does not name, and write a 404 down as an error. */
  @ParameterizedTest
  @ValueSource(strings = {"", "portal/", "admin/"})
  void hasAnIconOnEachPage(String path) {
    Page page = portal.page(portal.browser());
    page.navigate(portal.root() + path);
    String icon = (String) page.evaluate("() => document.querySelector('link[rel=icon]').href");
    APIResponse answer = page.request().get(icon);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers().get("content-type")).startsWith("image/svg+xml");
  }

  /** Something to see on each screen. */
  private static void fill() {
    Page bob = portal.signIn("bob");
    open(bob, "general");
    write(bob, "Lunch at **noon**? See [the menu](https://example.org/menu).");
    write(bob, "- soup\n- salad, with `code` and ~~meat~~");
    write(bob, "@alice what about you?");
    Page alice = portal.signIn("alice");
    open(alice, "general");
    assertThat(messages(alice, "what about you").first()).isVisible();
    messages(alice, "what about you").first().hover();
    messages(alice, "what about you").first().getByLabel("Reply").click();
    write(alice, "> With pleasure\n\nand `const answer = 42;`");
    write(bob, "Fine. " + "A long message that has to wrap at every width. ".repeat(4));
    assertThat(messages(alice, "A long message").first()).isVisible();
    APIRequestContext api = portal.api("admin");
    portal.post(
        api,
        "notifications",
        Map.of(
            "userId",
            "alice",
            "type",
            "invoice",
            "title",
            "Invoice 17 is due",
            "message",
            "Please pay by tomorrow.",
            "url",
            "/portal/#/lists/todos"));
    portal.post(
        api,
        "notifications",
        Map.of(
            "userId",
            "alice",
            "type",
            "hint",
            "title",
            "Welcome",
            "message",
            "Have a look around."));
    portal.post(
        api,
        "announcements",
        Map.of("type", "news", "title", "Maintenance on Sunday", "message", "From 8 to 9."));
    portal.post(api, "lists/todos/todos", Map.of("text", "Buy milk"));
    portal.post(
        api,
        "lists/todos/todos",
        Map.of("text", "Water the plants in the office on the third floor"));
    portal.closeBrowsers();
  }

  private void look(Page page, ColorScheme scheme, String name) {
    for (int width : WIDTHS) {
      page.setViewportSize(width, HEIGHT);
      page.evaluate(
          "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
      String title = name + "-" + scheme.name().toLowerCase(Locale.ROOT) + "-" + width;
      page.screenshot(
          new Page.ScreenshotOptions()
              .setPath(Path.of("target", "screens", "portal", title + ".png")));
      if (!Boolean.TRUE.equals(
          page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))) {
        faults.add(title + ": wider than its window");
      }
      check(page, title);
    }
  }

  private void check(Page page, String title) {
    page.evaluate(axe);
    Object found =
        page.evaluate(
            """
            async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
              .filter(one => one.impact === 'serious' || one.impact === 'critical')
              .map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => node.html.slice(0, 200) + ' '
                + (node.failureSummary ?? '').replaceAll('\\n', ' ')).join(' | '))\
            """);
    for (Object fault : (List<?>) found) {
      faults.add(title + ": " + fault);
    }
  }
}
