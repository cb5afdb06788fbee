package io.carillon.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The demo page in a real browser, as two people in two windows use it. */
@DisabledIfSystemProperty(named = "skipBrowser", matches = "(?!false).*")
class DemoPageIT {
  private static DemoServer demo;

  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final List<BrowserContext> windows = new CopyOnWriteArrayList<>();

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

  @AfterEach
  void closeWindows() {
    windows.forEach(BrowserContext::close);
  }

  private Page signIn(String user) {
    BrowserContext window = demo.browser().newContext();
    windows.add(window);
    Page page = window.newPage();
    page.setDefaultTimeout(30_000);
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error")) {
            complaints.add(text(message));
          }
        });
    page.onPageError(complaints::add);
    page.navigate(demo.page());
    page.getByLabel("User").fill(user);
    page.getByLabel("Password").fill(user);
    page.locator("#login button.main").click();
    assertThat(page.locator("#state")).hasText("connected");
    return page;
  }

  private static String text(ConsoleMessage message) {
    return message.text() + " " + message.location();
  }

  private static void write(Page page, String text) {
    page.getByLabel("Message", new Page.GetByLabelOptions().setExact(true)).fill(text);
    page.keyboard().press("Enter");
  }

  private void screenshot(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name + ".png")));
  }

  @Test
  void letsTwoPeopleTalk() {
    Page alice = signIn("alice");
    Page bob = signIn("bob");
    assertThat(alice.locator("#people [title=online]").filter(hasText("bob"))).hasCount(1);

    bob.getByLabel("Message", new Page.GetByLabelOptions().setExact(true)).pressSequentially("He");
    assertThat(alice.locator("#typing")).containsText("bob is typing");

    write(alice, "Good morning <b>Bob</b>");
    assertThat(bob.locator(".message").last()).containsText("Good morning <b>Bob</b>");
    write(bob, "Good morning Alice");
    assertThat(alice.locator(".message").last()).containsText("Good morning Alice");
    assertThat(alice.locator(".message.pending")).hasCount(0);
    screenshot(alice, "demo-chat");

    bob.context().close();
    assertThat(alice.locator("#people [title=offline]").filter(hasText("bob"))).hasCount(1);
    assertThat(complaints).isEmpty();
  }

  @Test
  void comesBackAfterACutAndHasMissedNothing() {
    Page alice = signIn("alice");
    Page bob = signIn("bob");
    write(bob, "before the cut");
    assertThat(alice.locator(".message").last()).containsText("before the cut");
    alice.locator("#cut").click();
    assertThat(alice.locator("#state.off")).hasCount(1);
    write(bob, "while you were away");
    assertThat(alice.locator("#state")).hasText("connected");
    assertThat(alice.getByText("while you were away")).hasCount(1);
    assertThat(alice.locator(".note").filter(hasText("nothing missed"))).hasCount(1);
    write(alice, "after the cut");
    assertThat(bob.getByText("after the cut")).hasCount(1);
    screenshot(alice, "demo-resumed");
  }

  @Test
  void keepsWhatWasWrittenOffline() {
    Page alice = signIn("alice");
    Page bob = signIn("bob");
    alice.locator("#cut").click();
    write(alice, "written while offline");
    assertThat(bob.getByText("written while offline")).hasCount(1);
    assertThat(alice.locator(".message.pending")).hasCount(0);
    assertThat(alice.getByText("written while offline")).hasCount(1);
  }

  @Test
  void showsANotificationAsAToast() {
    Page alice = signIn("alice");
    Page admin = signIn("admin");
    List<String> answers = new CopyOnWriteArrayList<>(List.of("alice", "Lunch is ready"));
    admin.onDialog(dialog -> dialog.accept(answers.remove(0)));
    admin.locator("#notify").click();
    assertThat(alice.locator(".toast")).containsText("Lunch is ready");
    screenshot(alice, "demo-toast");
  }

  @Test
  void saysWhyASignInFailed() {
    BrowserContext window = demo.browser().newContext();
    windows.add(window);
    Page page = window.newPage();
    page.navigate(demo.page());
    screenshot(page, "demo-login");
    page.getByLabel("User").fill("alice");
    page.getByLabel("Password").fill("wrong");
    page.locator("#login button.main").click();
    assertThat(page.locator("#problem")).containsText("Credentials");
  }

  private static Locator.FilterOptions hasText(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }
}
