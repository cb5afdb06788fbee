package io.carillon.application;

import io.carillon.domain.Text;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.json.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * What a notification or an announcement says.
 *
 * @param type the sender's own word for what it is about, 1 to {@value #MAX_TYPE} characters
 * @param title 1 to {@value #MAX_TITLE} characters
 * @param message at most {@value #MAX_MESSAGE} characters; the empty string for none
 * @param url where it leads: an {@code http} or {@code https} address, or a path that begins with
 *     one slash, at most {@value #MAX_URL} characters; the empty string for none
 */
public record Notice(String type, String title, String message, String url) {
  public static final int MAX_TYPE = 64;
  public static final int MAX_TITLE = 200;
  public static final int MAX_MESSAGE = 4_000;
  public static final int MAX_URL = 2_000;

  /**
   * @throws RealtimeException with {@code MALFORMED}, or {@code TOO_LARGE} for text that is too
   *     long
   */
  public Notice {
    require(type, MAX_TYPE, "type");
    require(title, MAX_TITLE, "title");
    Text.checked(message, MAX_MESSAGE, "message");
    Text.checked(url, MAX_URL, "url");
    if (!url.isEmpty() && !isHarmless(url)) {
      throw new RealtimeException(ErrorCode.MALFORMED, "url");
    }
  }

  private static void require(String text, int maxLength, String what) {
    if (text.isBlank()) {
      throw new RealtimeException(ErrorCode.MALFORMED, what);
    }
    Text.checked(text, maxLength, what);
  }

  /**
   * Clients put it into a link: nothing that a browser would run, and no path that it would take
   * for another host ({@code //host}, {@code /\host}).
   */
  private static boolean isHarmless(String url) {
    URI parsed;
    try {
      parsed = new URI(url);
    } catch (URISyntaxException e) { // blanks, control characters and backslashes among others
      return false;
    }
    if (parsed.getScheme() == null) {
      return parsed.getRawAuthority() == null && url.startsWith("/") && !url.startsWith("//");
    }
    boolean web =
        parsed.getScheme().equalsIgnoreCase("http") || parsed.getScheme().equalsIgnoreCase("https");
    return web && parsed.getHost() != null;
  }

  /** The payload of the message that carries it; an absent url is {@code null}. */
  JsonObject toPayload() {
    return new JsonObject()
        .put("type", type)
        .put("title", title)
        .put("message", message)
        .put("url", url.isEmpty() ? null : url);
  }
}
