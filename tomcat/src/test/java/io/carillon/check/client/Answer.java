package io.carillon.check.client;

import io.carillon.check.wire.HttpReader;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.ProtocolViolation;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One whole response. */
public record Answer(HttpReader.Head head, byte[] body) {

  public int status() {
    return head.status();
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  public Map<String, Object> json() {
    return JsonText.object(text());
  }

  /**
   * This, if it is a success.
   *
   * @throws Refused with the code of the problem otherwise (RFC 9457)
   */
  public Answer orRefused() {
    if (status() < 300) {
      return this;
    }
    if (!head.header("content-type").startsWith("application/problem+json")) {
      throw new ProtocolViolation("a " + status() + " without problem details: " + text());
    }
    throw new Refused(String.valueOf(json().get("code")), status() + " " + text());
  }
}
