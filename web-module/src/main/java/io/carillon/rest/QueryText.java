package io.carillon.rest;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * A parameter of the query alone. The container's own way would read the body of a form with it,
 * and leave nothing for whoever comes after.
 */
final class QueryText {
  private QueryText() {}

  /**
   * The parameter's first value; the empty string for none.
   *
   * @throws RealtimeException with {@code MALFORMED}
   */
  static String of(HttpServletRequest request, String name) {
    String query = request.getQueryString();
    if (query == null) {
      return "";
    }
    for (String part : query.split("&")) {
      int end = part.indexOf('=');
      if (end > 0 && part.substring(0, end).equals(name)) {
        try {
          return URLDecoder.decode(part.substring(end + 1), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
          throw new RealtimeException(ErrorCode.MALFORMED, name, e);
        }
      }
    }
    return "";
  }
}
