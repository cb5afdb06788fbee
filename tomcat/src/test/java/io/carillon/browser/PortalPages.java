package io.carillon.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.APIRequestContext;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.RequestOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The portal of one server in any number of browsers, and what those complain about. */
final class PortalPages implements AutoCloseable {
  private final DemoServer demo;
  private final List<BrowserContext> browsers = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  PortalPages() {
    this(Map.of());
  }

  /**
   * @param settings beside those of a demo server
   */
  PortalPages(Map<String, String> settings) {
    demo = new DemoServer(settings);
  }

  /** Where the portal is. */
  String address() {
    return demo.page() + "portal/";
  }

  /** Where Carillon is; ends with a slash. */
  String root() {
    return demo.page();
  }

  /** A browser of its own, in English. */
  BrowserContext browser() {
    return browser(1280, 800, ColorScheme.LIGHT);
  }

  BrowserContext browser(int width, int height, ColorScheme scheme) {
    BrowserContext browser =
        demo.browser()
            .newContext(
                new Browser.NewContextOptions()
                    .setLocale("en-GB")
                    .setTimezoneId("UTC")
                    .setColorScheme(scheme)
                    .setReducedMotion(ReducedMotion.REDUCE)
                    .setViewportSize(width, height));
    browser.setDefaultTimeout(Long.getLong("portal.timeout", 60_000));
    browsers.add(browser);
    return browser;
  }

  /** A page that is watched for complaints. */
  Page page(BrowserContext browser) {
    Page page = browser.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") && !isExpected(message)) {
            complaints.add(message.text() + " " + message.location());
          }
        });
    page.onPageError(complaints::add);
    return page;
  }

  /** Refusals that a page asks for, and lost networks: browsers write them down as errors. */
  private static boolean isExpected(ConsoleMessage message) {
    return isRefusal(message, 401, "/api/me(/token)?") // who is not signed in
        // the trial's refused token, wherever it was used first
        || isRefusal(message, 401, "/api/(tickets|channels/resilience-[^/]+/messages)(\\?.*)?")
        || isRefusal(message, 409, "/api/lists/[^/]+/todos/[^/]+") // of two changes the later one
        || message.text().contains("net::ERR_")
        || message.text().contains("WebSocket connection to");
  }

  /**
   * @param path a regular expression
   */
  private static boolean isRefusal(ConsoleMessage message, int status, String path) {
    return message.text().contains("status of " + status)
        && message.location().matches("https?://[^/]+" + path + ":\\d+:\\d+");
  }

  /** Somebody's page, signed in and connected. */
  Page signIn(String user) {
    return signIn(browser(), user);
  }

  Page signIn(BrowserContext browser, String user) {
    Page page = page(browser);
    page.navigate(address());
    fillSignIn(page, user);
    return page;
  }

  /** Signs in on a page that asks for it. */
  static void fillSignIn(Page page, String user) {
    page.getByLabel("User").fill(user);
    page.getByLabel("Password").fill(user);
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in")).click();
    assertThat(page.locator("#bell")).isVisible();
  }

  /** Goes to a channel and waits until it can be written to. */
  static void open(Page page, String channel) {
    page.evaluate(
        "channel => { location.hash = '#/channels/' + encodeURIComponent(channel) }", channel);
    assertThat(page.locator(".chat-title h1")).hasText(channel, ignoringCase());
    assertThat(box(page)).isVisible();
  }

  private static LocatorAssertions.HasTextOptions ignoringCase() {
    return new LocatorAssertions.HasTextOptions().setIgnoreCase(true);
  }

  /** Where a message is written. */
  static Locator box(Page page) {
    return page.locator(".chat-composer textarea");
  }

  static void write(Page page, String text) {
    box(page).fill(text);
    box(page).press("Enter");
  }

  /** The messages in view with this text. */
  static Locator messages(Page page, String text) {
    return page.locator(".chat-message").filter(new Locator.FilterOptions().setHasText(text));
  }

  /** Calls the API as a user of its own, outside of any page. */
  APIRequestContext api(String user) {
    APIRequestContext api = browser().request();
    post(api, "login", Map.of("userId", user, "password", user));
    return api;
  }

  /** Posts something that has to succeed. */
  APIResponse post(APIRequestContext api, String path, Object body) {
    return sent(api, "POST", path, body);
  }

  /** Sends something that has to succeed. */
  APIResponse sent(APIRequestContext api, String method, String path, Object body) {
    APIResponse answer =
        api.fetch(
            root() + "api/" + path,
            RequestOptions.create()
                .setMethod(method)
                .setData(body)
                .setHeader("Origin", root().substring(0, root().length() - 1)));
    if (!answer.ok()) {
      throw new AssertionError(path + ": " + answer.status() + " " + answer.text());
    }
    return answer;
  }

  /** What browsers have complained about since this was asked, the policy for content above all. */
  List<String> complaints() {
    List<String> since = List.copyOf(complaints);
    complaints.clear();
    return since;
  }

  void closeBrowsers() {
    browsers.forEach(BrowserContext::close);
    browsers.clear();
  }

  @Override
  public void close() {
    demo.close();
  }
}
