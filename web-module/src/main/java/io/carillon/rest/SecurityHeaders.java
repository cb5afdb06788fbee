package io.carillon.rest;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The headers that keep a browser from doing more with an answer than it should. Immutable.
 *
 * <p>The demo page is one file with its script and style inside. Both are allowed by their hashes,
 * taken from the page itself at the start, so the page can be edited without touching the policy,
 * and nothing that a message smuggles into it runs.
 */
final class SecurityHeaders {
  private static final int MAX_PAGE_BYTES = 1024 * 1024;
  private static final String API_POLICY = "default-src 'none'; frame-ancestors 'none'";

  /** Of portal and console: everything comes from here, and nothing runs that is in the page. */
  private static final String FRONT_END_POLICY =
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none';"
          + " form-action 'self'; frame-ancestors 'none'";

  private final String pagePolicy;

  private SecurityHeaders(String pagePolicy) {
    this.pagePolicy = pagePolicy;
  }

  /** Headers that suit the pages of this application. */
  static SecurityHeaders of(ServletContext application) throws IOException {
    try (InputStream page = application.getResourceAsStream("/index.html")) {
      return new SecurityHeaders(
          policyFor(
              page == null
                  ? ""
                  : new String(page.readNBytes(MAX_PAGE_BYTES), StandardCharsets.UTF_8)));
    }
  }

  /** The policy under which the page works and nothing that is slipped into it. */
  static String policyFor(String html) {
    return "default-src 'self'; script-src 'self'"
        + hashes(html, "script")
        + "; style-src 'self'"
        + hashes(html, "style")
        + "; img-src 'self' data:; connect-src 'self'; object-src 'none';"
        + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
  }

  void addTo(HttpServletResponse response, GuardedPath path) {
    boolean frontEnd = path == GuardedPath.FRONT_END;
    boolean page = path == GuardedPath.OPEN || frontEnd;
    String policy = page ? pagePolicy : API_POLICY;
    response.setHeader("Content-Security-Policy", frontEnd ? FRONT_END_POLICY : policy);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("X-Frame-Options", "DENY");
    response.setHeader("Referrer-Policy", "same-origin");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    if (page) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    } else if (path != GuardedPath.STREAM) {
      response.setHeader("Cache-Control", "no-store"); // streams set their own
    }
  }

  /** The hashes of what stands between the tags, as browsers compute them. */
  private static String hashes(String html, String tag) {
    Matcher blocks =
        Pattern.compile("<" + tag + ">(.*?)</" + tag + ">", Pattern.DOTALL).matcher(html);
    StringBuilder hashes = new StringBuilder();
    while (blocks.find()) {
      // A browser takes each line end for a single LF before it looks at the text.
      String content = blocks.group(1).replace("\r\n", "\n").replace('\r', '\n');
      hashes.append(" 'sha256-").append(sha256(content)).append('\'');
    }
    return hashes.toString();
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return Base64.getEncoder()
          .encodeToString(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
