package io.carillon.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.carillon.browser.PortalPages.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIRequestContext;
import com.microsoft.playwright.Page;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** What people type is text, whatever it looks like. */
@DisabledIfSystemProperty(named = "skipBrowser", matches = "(?!false).*")
class PortalXssIT {
  private static final int STRINGS = 500;

  /** What would run. */
  private static final List<String> SCRIPTS =
      List.of(
          "window.ran=1",
          "top.ran=1",
          "self['ran']=1",
          "ran=1",
          "parent.ran=1",
          "globalThis.ran=1",
          "eval('ran=1')",
          "Function('ran=1')()",
          "setTimeout('ran=1')",
          "(ran)=1");

  /** Where it would be hidden. */
  private static final List<String> PLACES =
      List.of(
          "<script>%s</script>",
          "</textarea><script>%s</script>",
          "<img src=x onerror=%s>",
          "<img src=x onerror=\"%s\">",
          "\"><img src=x onerror=%s>",
          "'><svg onload=%s>",
          "<svg/onload=%s>",
          "<svg><script>%s</script></svg>",
          "<svg><animate onbegin=%s attributeName=x dur=1s>",
          "<body onload=%s>",
          "<iframe src=\"javascript:%s\">",
          "<iframe srcdoc=\"<script>%s</script>\">",
          "<a href=\"javascript:%s\">go</a>",
          "[go](javascript:%s)",
          "[go](JaVaScRiPt:%s)",
          "[go](\tjavascript:%s)",
          "[go](&#106;avascript:%s)",
          "[go](java%%0ascript:%s)",
          "[go](data:text/html;base64,%s)",
          "[go](vbscript:%s)",
          "<javascript:%s>",
          "![x](javascript:%s)",
          "![x](https://other.example/\"onerror=\"%s)",
          "[x]: javascript:%s\n\n[x]",
          "[`x`](javascript:%s 'title')",
          "> [a\" onclick=\"%s](#/channels/general/1) x\n\ny",
          "@<img src=x onerror=%s>",
          "@alice\" onmouseover=\"%s",
          "`<script>%s</script>`",
          "```\n</code></pre><script>%s</script>\n```",
          "| a |\n|---|\n| <img src=x onerror=%s> |",
          "<details open ontoggle=%s>",
          "<video><source onerror=%s>",
          "<audio src=x onerror=%s>",
          "<input autofocus onfocus=%s>",
          "<select autofocus onfocus=%s>",
          "<marquee onstart=%s>",
          "<math href=\"javascript:%s\">x</math>",
          "<form action=\"javascript:%s\"><button>go</button></form>",
          "<object data=\"javascript:%s\">",
          "<embed src=\"javascript:%s\">",
          "<style>@import 'javascript:%s'</style>",
          "<link rel=stylesheet href=\"javascript:%s\">",
          "<meta http-equiv=refresh content=\"0;url=javascript:%s\">",
          "<base href=\"javascript:%s//\">",
          "{{constructor.constructor('%s')()}}",
          "${%s}",
          "<template><script>%s</script></template>",
          "<!--><img src=x onerror=%s>-->",
          "<noscript><p title=\"</noscript><img src=x onerror=%s>\">");

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

  private static List<String> strings() {
    Set<String> strings = new LinkedHashSet<>();
    for (String script : SCRIPTS) {
      for (String place : PLACES) {
        strings.add(String.format(place, script));
      }
    }
    assertThat(strings).hasSize(STRINGS);
    return new ArrayList<>(strings);
  }

  @Test
  void runsNothingOfWhatOthersWrote() {
    List<String> strings = strings();
    APIRequestContext bob = portal.api("bob");
    APIRequestContext admin = portal.api("admin");
    portal.post(
        bob,
        "channels",
        Map.of("channelId", "hostile", "visibility", "PUBLIC", "title", "hostile"));
    for (String string : strings) {
      portal.post(bob, "channels/hostile/messages", Map.of("content", string));
      portal.post(bob, "lists/todos/todos", Map.of("text", string));
    }
    for (String string : strings.subList(0, PLACES.size())) {
      String line = string.replaceAll("\\p{Cntrl}", " ").strip();
      portal.post(
          admin,
          "notifications",
          Map.of(
              "userId",
              "alice",
              "type",
              "x",
              "title",
              line,
              "message",
              string,
              "url",
              "/portal/?" + URLEncoder.encode(string, StandardCharsets.UTF_8)));
      portal.post(
          bob,
          "channels",
          Map.of("channelId", line, "visibility", "PUBLIC", "title", line, "topic", line));
    }
    Page alice = portal.signIn("alice");
    List<String> dialogs = new ArrayList<>();
    alice.onDialog(
        dialog -> {
          dialogs.add(dialog.message());
          dialog.dismiss();
        });
    List<String> foreign = new ArrayList<>();
    alice.onRequest(
        request -> {
          if (!request.url().startsWith(portal.root()) && !request.url().startsWith("data:")) {
            foreign.add(request.url());
          }
        });
    open(alice, "hostile");
    alice.locator(".chat-list").hover();
    for (int turn = 0; turn < 300; turn++) {
      alice.mouse().wheel(0, -600);
      alice.evaluate("() => new Promise(done => requestAnimationFrame(done))");
      harmless(alice);
      if (alice.locator("[data-offset='1']").count() > 0) {
        break;
      }
    }
    assertThat(alice.locator("[data-offset='1']")).hasCount(1);
    alice.locator("#bell").click();
    assertThat(alice.locator(".pf-v6-c-notification-drawer__list-item").first()).isVisible();
    harmless(alice);
    alice.evaluate("() => { location.hash = '#/lists/todos' }");
    assertThat(alice.locator(".portal-todo")).hasCount(STRINGS);
    harmless(alice);
    assertThat(dialogs).isEmpty();
    assertThat(foreign).isEmpty();
    assertThat(portal.complaints()).isEmpty();
  }

  @Test
  void runsNothingOfWhatOneTypes() {
    Page alice = portal.signIn("alice");
    open(alice, "general");
    for (String string : strings()) {
      PortalPages.box(alice).fill(string);
    }
    harmless(alice);
    alice.getByText("New channel").click();
    for (String string : strings().subList(0, PLACES.size())) {
      alice.locator("#channelId").fill(string);
      alice.locator("#channelTitle").fill(string);
      alice.locator("#topic").fill(string);
    }
    harmless(alice);
    alice.keyboard().press("Escape");
    alice.evaluate("() => { location.hash = '#/lists/todos' }");
    for (String string : strings()) {
      alice.getByLabel("What is to be done?").fill(string);
    }
    harmless(alice);
    for (String string : strings().subList(0, PLACES.size())) {
      alice.evaluate("hash => { location.hash = hash }", "#/channels/" + string);
      harmless(alice);
    }
    Page stranger = portal.page(portal.browser());
    stranger.navigate(portal.address());
    for (String string : strings().subList(0, PLACES.size())) {
      stranger.getByLabel("User").fill(string.substring(0, Math.min(64, string.length())));
      stranger.getByLabel("Password").fill(string);
    }
    harmless(stranger);
  }

  /** Nothing has run, and nothing is in the page that could. */
  private static void harmless(Page page) {
    Object found =
        page.evaluate(
            """
            () => [
              typeof window.ran,
              ...[...document.querySelectorAll('#root *')].flatMap(one => [
                ...(['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'BASE', 'STYLE'].includes(one.tagName) ? [one.outerHTML] : []),
                ...[...one.attributes].filter(it => it.name.startsWith('on')).map(it => it.name),
                ...(/^\\s*(javascript|data|vbscript):/i.test(one.getAttribute('href') ?? '') ? [one.outerHTML] : []),
                ...(one.tagName === 'IMG' ? [one.outerHTML] : []),
              ])]\
            """);
    assertThat(found).isEqualTo(List.of("undefined"));
  }
}
