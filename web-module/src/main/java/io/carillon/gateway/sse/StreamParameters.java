package io.carillon.gateway.sse;

import io.carillon.application.Since;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.transport.ServletStreamOutput;
import io.carillon.transport.StreamOutput;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a client says when it asks for a stream or a poll. Numbers are checked, positions not. */
final class StreamParameters {
  private static final int MAX_DIGITS = 9;

  private StreamParameters() {}

  /** JAX-RS answers a HEAD with the method for GET; a stream that nobody reads must not open. */
  static boolean isHead(HttpServletRequest request) {
    return request.getMethod().equals("HEAD");
  }

  /**
   * Where the answer's bytes go: the container's own way where it offers one, otherwise the context
   * that JAX-RS has started for a suspended answer.
   */
  static StreamOutput output(HttpServletRequest request) {
    if (request.getAttribute(StreamOutput.ATTRIBUTE) instanceof StreamOutput offered) {
      return offered;
    }
    return new ServletStreamOutput(
        request.isAsyncStarted() ? request.getAsyncContext() : request.startAsync());
  }

  /**
   * Where the client is. The header is the newer one: an {@code EventSource} that comes back still
   * has the query of its first connection.
   */
  static Since since(HttpServletRequest request, String since, String lastEventId) {
    String header = request.getHeader("Last-Event-ID");
    if (header != null && !header.isEmpty()) {
      return Since.text(header);
    }
    return Since.text(since == null || since.isEmpty() ? lastEventId : since);
  }

  /**
   * A whole number from 0 on; null for the default.
   *
   * @throws RealtimeException with {@code MALFORMED}
   */
  static int number(String text, int byDefault, String name) {
    if (text == null) {
      return byDefault;
    }
    if (text.isEmpty()
        || text.length() > MAX_DIGITS
        || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new RealtimeException(ErrorCode.MALFORMED, name);
    }
    return Integer.parseInt(text);
  }

  /**
   * The channels, each once, in the order given.
   *
   * @throws RealtimeException with {@code MALFORMED} for a name that none can have, or for more
   *     than {@code max}
   */
  static Set<ChannelName> channels(List<String> names, int max) {
    Set<ChannelName> channels = new LinkedHashSet<>();
    for (String name : names) {
      channels.add(new ChannelName(name));
      if (channels.size() > max) {
        throw new RealtimeException(ErrorCode.MALFORMED, "too many channels");
      }
    }
    return channels;
  }
}
