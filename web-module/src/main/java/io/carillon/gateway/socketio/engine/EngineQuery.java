package io.carillon.gateway.socketio.engine;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/**
 * The query of a request. The container's own parameters are not asked for: reading one of a POST
 * may read its body.
 */
record EngineQuery(String text) {

  static EngineQuery of(HttpServletRequest request) {
    String text = request.getQueryString();
    return new EngineQuery(text == null ? "" : text);
  }

  /** A parameter as it stands there; the protocol's own need no decoding. */
  Optional<String> get(String name) {
    int from = 0;
    while (from < text.length()) {
      int end = text.indexOf('&', from);
      if (end < 0) {
        end = text.length();
      }
      if (end - from > name.length()
          && text.startsWith(name, from)
          && text.charAt(from + name.length()) == '=') {
        return Optional.of(text.substring(from + name.length() + 1, end));
      }
      from = end + 1;
    }
    return Optional.empty();
  }
}
