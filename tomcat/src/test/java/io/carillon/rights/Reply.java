package io.carillon.rights;

import io.carillon.check.wire.JsonText;
import java.util.Map;

/**
 * An answer over HTTP.
 *
 * @param body empty for a stream, which is left as soon as it has begun
 */
record Reply(int status, String contentType, String body) {

  Map<String, Object> json() {
    return JsonText.object(body);
  }

  String text(String member) {
    return String.valueOf(json().get(member));
  }

  /** A success's status alone, a refusal's with its code. */
  String verdict() {
    if (status < 300) {
      return Integer.toString(status);
    }
    boolean problem = contentType.startsWith("application/problem+json");
    return status + " " + (problem ? text("code") : "without problem details");
  }

  /** This, if it is a success. */
  Reply orFail(String what) {
    if (status >= 300) {
      throw new IllegalStateException(what + ": " + status + " " + body);
    }
    return this;
  }
}
