package io.carillon.check.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.error.ErrorCode;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Locale;

/** What came back, with what was asked. */
record Answer(String method, String path, int status, HttpHeaders headers, String text) {

  String header(String name) {
    return headers.firstValue(name).orElse("");
  }

  JsonObject json() {
    return Json.parseObject(text);
  }

  /** The member's string. */
  String string(String name) {
    return json().requireString(name);
  }

  List<JsonObject> list(String name) {
    assertThat(json().get(name)).as(this::toString).isInstanceOf(List.class);
    return ((List<?>) json().get(name)).stream().map(JsonObject.class::cast).toList();
  }

  Answer isOk(int expected) {
    assertThat(status).as(this::toString).isEqualTo(expected);
    return this;
  }

  /** Refused with this code, in the common shape, and without a word about how it came to that. */
  Answer isRefused(ErrorCode code) {
    return isRefused(code.httpStatus(), code);
  }

  Answer isRefused(int expectedStatus, ErrorCode code) {
    assertThat(status).as(this::toString).isEqualTo(expectedStatus);
    assertThat(header("Content-Type")).as(this::toString).startsWith("application/problem+json");
    JsonObject problem = json();
    assertThat(problem.string("code")).as(this::toString).contains(code.name());
    assertThat(problem.string("detail")).as(this::toString).contains(code.text());
    assertThat(problem.string("retry")).as(this::toString).contains(code.retry().name());
    assertThat(problem.whole("status")).as(this::toString).hasValue(expectedStatus);
    if (code.retry() == ErrorCode.Retry.AFTER_DELAY) {
      assertThat(header("Retry-After")).as(this::toString).matches("[1-9]\\d*");
      assertThat(problem.whole("retryAfter")).hasValue(Long.parseLong(header("Retry-After")));
    }
    tellsNothing();
    return this;
  }

  void tellsNothing() {
    assertThat(text.toLowerCase(Locale.ROOT))
        .as(this::toString)
        .doesNotContain("exception", "java.", "jakarta.", "select ", "hibernate", "tomcat");
  }

  @Override
  public String toString() {
    String shown = text.length() > 500 ? text.substring(0, 500) + '…' : text;
    return method + ' ' + path + " -> " + status + ' ' + shown;
  }
}
