package io.carillon.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.carillon.browser.PortalPages.box;
import static io.carillon.browser.PortalPages.messages;
import static io.carillon.browser.PortalPages.open;
import static io.carillon.browser.PortalPages.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIRequestContext;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The portal as people use it. */
@DisabledIfSystemProperty(named = "skipBrowser", matches = "(?!false).*")
class PortalIT {
  /** Connections that a browser makes to one server over HTTP/1.1, and more than those. */
  private static final int TABS = 10;

  /** From the request that publishes to the changed number at the bell. */
  private static final long BELL_WITHIN_MILLIS = 300;

  /** From opening a channel in one browser to its mark going in another. */
  private static final long READ_WITHIN_MILLIS = 500;

  private static PortalPages portal;

  @BeforeAll
  static void start() {
    portal = new PortalPages(Map.of("CARILLON_LIMIT_MESSAGES_PER_MINUTE", "0"));
  }

  @AfterAll
  static void stop() {
    if (portal != null) {
      portal.close();
    }
  }

  @AfterEach
  void closeBrowsers() {
    portal.closeBrowsers();
    assertThat(portal.complaints()).isEmpty();
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator button(Locator within, String name) {
    return within.getByRole(
        AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
  }

  @Test
  void letsTwoPeopleTalk() {
    Page alice = portal.signIn("alice");
    Page bob = portal.signIn("bob");
    open(alice, "general");
    open(bob, "general");

    box(bob).pressSequentially("He");
    assertThat(alice.locator(".chat-typing")).containsText("is typing");
    box(bob).fill("");

    box(alice).pressSequentially("Good **morning** @bo");
    assertThat(alice.locator(".chat-suggestions [role=option]")).hasCount(1);
    box(alice).press("Enter"); // takes the suggestion
    box(alice).press("Enter");
    assertThat(messages(bob, "Good morning @bob")).hasCount(1);
    assertThat(messages(bob, "Good morning").locator(".chat-text strong")).hasText("morning");
    assertThat(messages(bob, "Good morning").locator(".chat-mention-me")).hasText("@bob");

    messages(bob, "Good morning").hover();
    button(messages(bob, "Good morning"), "Reply").click();
    write(bob, "And to yourself");
    assertThat(messages(alice, "And to yourself").locator(".chat-quote"))
        .containsText("Good **morning** @bob");
    assertThat(alice.locator(".chat-sending, .chat-failed")).hasCount(0);

    box(bob).press("ArrowUp"); // in an empty box: the last message
    bob.getByLabel("Edit message").fill("Good evening rather");
    bob.getByLabel("Edit message").press("Enter");
    assertThat(messages(alice, "Good evening rather")).containsText("(edited)");

    messages(bob, "Good evening rather").hover();
    button(messages(bob, "Good evening rather"), "Delete").click();
    button(messages(bob, "Good evening rather"), "Delete").click();
    assertThat(messages(alice, "Message deleted")).hasCount(1);
    assertThat(messages(alice, "Good evening rather")).hasCount(0);
  }

  @Test
  void showsWhyAMessageFailedAndSendsItAgainWhenTold() {
    APIRequestContext api = portal.api("alice");
    portal.post(
        api, "channels", Map.of("channelId", "narrow", "policy", Map.of("maxMessageBytes", 100)));
    Page alice = portal.signIn("alice");
    open(alice, "narrow");
    String tooLong = "long ".repeat(60).strip();
    write(alice, tooLong);
    Locator failed = alice.locator(".chat-failed");
    assertThat(failed).containsText("This is too long.");
    button(failed, "Retry").click();
    assertThat(failed).containsText("This is too long.");
    portal.sent(api, "PATCH", "channels/narrow", Map.of("policy", Map.of("maxMessageBytes", 2000)));
    button(failed, "Retry").click();
    assertThat(failed).hasCount(0);
    assertThat(messages(alice, "long long")).hasCount(1);
    assertThat(alice.locator(".chat-stored")).hasCount(1);
  }

  @Test
  void sendsOnceWhatWasWrittenOffline() {
    BrowserContext hers = portal.browser();
    Page alice = portal.signIn(hers, "alice");
    Page bob = portal.signIn("bob");
    open(alice, "random");
    open(bob, "random");
    write(alice, "written online");
    assertThat(messages(bob, "written online")).hasCount(1);
    hers.setOffline(true);
    long cut = System.nanoTime();
    assertThat(alice.locator(".portal-banner")).isVisible();
    System.out.println("Offline banner after " + millisSince(cut) + " ms");
    assertThat(millisSince(cut)).isLessThan(2_000);
    write(alice, "written offline, one");
    write(alice, "written offline, two");
    assertThat(alice.locator(".chat-composer-foot")).hasText("2 waiting");
    // A reload: the page goes, with all that it had in memory, before there is a network again.
    alice.close();
    hers.setOffline(false);
    alice = portal.page(hers);
    alice.navigate(portal.address());
    open(alice, "random");
    assertThat(messages(bob, "written offline, two")).hasCount(1);
    assertThat(messages(bob, "written offline, one")).hasCount(1);
    assertThat(alice.locator(".chat-composer-foot")).hasText("");
    assertThat(messages(alice, "written offline")).hasCount(2);
    assertThat(alice.locator(".portal-banner")).hasCount(0);
    write(bob, "and after");
    assertThat(messages(alice, "and after")).hasCount(1);
    assertThat(messages(bob, "written offline")).hasCount(2);
  }

  @Test
  void loadsLittleAtFirst() {
    Page alice = portal.signIn("alice");
    open(alice, "general");
    Number bytes =
        (Number)
            alice.evaluate(
                """
                () => performance.getEntriesByType('resource').filter(one => one.name.includes('/assets/'))
                  .reduce((sum, one) => sum + one.encodedBodySize, 0)\
                """);
    System.out.println("First load of a chat: " + bytes + " bytes");
    assertThat(bytes.intValue()).isBetween(100_000, 450_000);
  }

  @Test
  void keepsTenTabsLive() {
    BrowserContext hers = portal.browser();
    List<Page> tabs = new ArrayList<>(List.of(portal.signIn(hers, "alice")));
    while (tabs.size() < TABS) {
      Page tab = portal.page(hers);
      tab.navigate(portal.address());
      assertThat(tab.locator("#bell")).isVisible();
      tabs.add(tab);
    }
    Page bob = portal.signIn("bob");
    open(bob, "general");
    tabs.forEach(tab -> open(tab, "general"));
    write(bob, "to all ten");
    tabs.forEach(tab -> assertThat(messages(tab, "to all ten")).hasCount(1));
    write(tabs.get(TABS - 1), "from the tenth");
    assertThat(messages(bob, "from the tenth")).hasCount(1);
    // The one that holds the connection goes; another takes over.
    tabs.remove(0).close();
    write(bob, "to the nine that are left");
    tabs.forEach(tab -> assertThat(messages(tab, "to the nine that are left")).hasCount(1));
  }

  @Test
  void tellsOtherDevicesWhatIsRead() {
    Page here = portal.signIn("alice");
    Page there = portal.signIn("alice");
    open(here, "general");
    open(there, "general");
    Page bob = portal.signIn("bob");
    open(bob, "random");
    Delays.assertWithin(
        READ_WITHIN_MILLIS,
        "Read on one device, shown on the other",
        20,
        round -> {
          open(here, "general");
          write(bob, "unread " + round);
          assertThat(unread(there, "Random")).hasCount(1);
          assertThat(unread(here, "Random")).hasCount(1);
          there.evaluate(
              """
              () => { window.readAt = new Promise(resolve => {
                const watch = () => [...document.querySelectorAll('.portal-has-unread')]
                  .some(one => one.textContent.includes('Random')) ? requestAnimationFrame(watch) : resolve(Date.now());
                watch();
              }); }\
              """);
          Object opened =
              here.evaluate("() => { location.hash = '#/channels/random'; return Date.now(); }");
          assertThat(unread(there, "Random")).hasCount(0);
          return millis(there.evaluate("() => window.readAt")) - millis(opened);
        });
  }

  @Test
  void ringsTheBellAtOnce() {
    Page carol = portal.signIn("carol");
    APIRequestContext admin = portal.api("admin");
    int count =
        Delays.assertWithin(
            BELL_WITHIN_MILLIS,
            "Publish to badge",
            40,
            round -> {
              carol.evaluate(
                  """
                  round => { window.rung = new Promise(resolve => {
                    const bell = document.getElementById('bell');
                    const look = () => (bell.textContent.includes(String(round)) ? resolve(Date.now()) : 0);
                    new MutationObserver(look).observe(bell, { subtree: true, childList: true, characterData: true });
                    look();
                  }); }\
                  """,
                  round);
              long published = System.currentTimeMillis();
              portal.post(
                  admin,
                  "notifications",
                  Map.of("userId", "carol", "type", "round", "title", "Round " + round));
              return millis(carol.evaluate("() => window.rung")) - published;
            });

    carol.locator("#bell").click();
    assertThat(carol.locator("#bell")).not().containsText(String.valueOf(count)); // seen
    assertThat(carol.locator(".pf-v6-c-notification-drawer__header"))
        .containsText(count + " unread");
    button(carol, "Mark as read: Round " + count).click();
    assertThat(carol.locator(".pf-v6-c-notification-drawer__header"))
        .containsText(count - 1 + " unread");
    Page elsewhere = portal.signIn("carol");
    elsewhere.locator("#bell").click();
    assertThat(elsewhere.locator(".pf-v6-c-notification-drawer__header"))
        .containsText(count - 1 + " unread");
    button(carol, "Mark all as read").click();
    assertThat(elsewhere.locator(".pf-v6-c-notification-drawer__header")).containsText("0 unread");
  }

  @Test
  void losesAndDoublesNothingInTheTrial() {
    Page alice = portal.signIn("alice");
    alice.evaluate("() => { location.hash = '#/resilience' }");
    button(alice, "Run the trial").click();
    assertThat(alice.getByText("Nothing lost, nothing doubled")).isVisible();
    for (String figure : List.of("sent", "stored", "delivered")) {
      assertThat(alice.locator("[data-figure=" + figure + "] dd")).hasText("24");
    }
    for (String figure : List.of("lost", "doubled", "outOfOrder")) {
      assertThat(alice.locator("[data-figure=" + figure + "] dd")).hasText("0");
    }
    for (String figure : List.of("cuts", "duplicates", "refusedTokens")) {
      assertThat(alice.locator("[data-figure=" + figure + "] dd")).not().hasText("0");
    }
  }

  @Test
  void asksWhoseChangeOfAnItemIsToStay() {
    BrowserContext hers = portal.browser();
    Page alice = portal.signIn(hers, "alice");
    Page bob = portal.signIn("bob");
    for (Page page : List.of(alice, bob)) {
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Todos")).click();
    }
    alice.getByLabel("What is to be done?").fill("Buy milk");
    alice.getByLabel("What is to be done?").press("Enter");
    assertThat(bob.getByText("Buy milk")).isVisible();
    hers.setOffline(true);
    assertThat(alice.locator(".portal-banner")).isVisible();
    change(alice, "Buy milk", "Buy oat milk");
    change(bob, "Buy milk", "Buy goat milk");
    assertThat(bob.getByText("Buy goat milk")).isVisible();
    hers.setOffline(false);
    assertThat(alice.locator(".portal-conflict")).containsText("Buy goat milk");
    button(alice, "Keep mine").click();
    assertThat(bob.getByText("Buy oat milk")).isVisible();
  }

  private static void change(Page page, String text, String changed) {
    button(page, "Edit: " + text).click();
    page.getByLabel("Edit item").fill(changed);
    page.getByLabel("Edit item").press("Enter");
  }

  @Test
  void loadsOlderMessagesWithoutAJump() {
    APIRequestContext api = portal.api("alice");
    portal.post(api, "channels", Map.of("channelId", "long"));
    for (int number = 1; number <= 160; number++) {
      portal.post(api, "channels/long/messages", Map.of("content", "number " + number + " of 160"));
    }
    Page alice = portal.signIn("alice");
    open(alice, "long");
    assertThat(messages(alice, "number 160 of 160")).isVisible();
    alice.locator(".chat-list").hover();
    for (int turn = 0; turn < 400 && messages(alice, "number 1 of 160").count() == 0; turn++) {
      Object before =
          alice.evaluate(
              """
              () => { const list = document.querySelector('.chat-list');
                const seen = [...list.querySelectorAll('article')].find(one =>
                  one.getBoundingClientRect().top > list.getBoundingClientRect().top + 60);
                window.seen = seen; return seen.getBoundingClientRect().top; }\
              """);
      alice.mouse().wheel(0, -120);
      alice.evaluate(
          "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
      double moved =
          ((Number)
                  alice.evaluate(
                      "() => window.seen.isConnected ? window.seen.getBoundingClientRect().top :"
                          + " -1"))
              .doubleValue();
      if (moved >= 0) {
        assertThat(moved - ((Number) before).doubleValue())
            .as("how far a message in view moved in turn " + turn)
            .isBetween(-10.0, 250.0);
      }
    }
    assertThat(messages(alice, "number 1 of 160")).isVisible();
    alice.getByLabel("To the latest message").click();
    assertThat(messages(alice, "number 160 of 160")).isVisible();
  }

  @Test
  void opensAtWhatIsNewAndMarksReadWhatWasSeen() {
    APIRequestContext bob = portal.api("bob");
    APIRequestContext alice = portal.api("alice");
    portal.post(bob, "channels", Map.of("channelId", "news", "visibility", "PUBLIC"));
    portal.post(alice, "channels/news/members", Map.of());
    for (int number = 1; number <= 60; number++) {
      portal.post(bob, "channels/news/messages", Map.of("content", "number " + number + " of 60"));
    }
    portal.post(alice, "channels/news/read", Map.of("offset", 20));
    Page page = portal.signIn("alice");
    open(page, "news");
    assertThat(page.locator(".chat-separator-new")).isInViewport();
    assertThat(messages(page, "number 21 of 60")).isInViewport();
    assertThat(page.getByLabel("To the latest message")).isVisible();
    assertThat(unread(page, "news")).hasCount(1);
    page.getByLabel("To the latest message").click();
    assertThat(messages(page, "number 60 of 60")).isInViewport();
    assertThat(unread(page, "news")).hasCount(0);
    // A short window in which everything is seen without scrolling.
    portal.post(bob, "channels", Map.of("channelId", "brief", "visibility", "PUBLIC"));
    portal.post(alice, "channels/brief/members", Map.of());
    portal.post(bob, "channels/brief/messages", Map.of("content", "all there is"));
    page.reload();
    assertThat(unread(page, "brief")).hasCount(1);
    open(page, "brief");
    assertThat(page.locator(".chat-separator-new")).isInViewport();
    assertThat(unread(page, "brief")).hasCount(0);
  }

  /** A channel's line while something in it is unread. */
  private static Locator unread(Page page, String channel) {
    return page.locator("li.portal-has-unread")
        .filter(new Locator.FilterOptions().setHasText(channel));
  }

  private static long millis(Object moment) {
    return Math.round(((Number) moment).doubleValue());
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
