package io.carillon.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.application.Draft;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageJsonTest {

  private static Draft draft(String body) {
    return MessageJson.draft(Json.parseObject(body));
  }

  @Test
  void readsChatText() {
    assertThat(draft("{\"content\":\"a\\nb\",\"clientId\":\"c\"}"))
        .isEqualTo(new Draft("message", "\"a\\nb\"", "c"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "1", "\"x\"", "[1,{\"a\":null}]", "{\"a\":1.50}", "{}"})
  void readsAnyPayloadOfANamedEvent(String payload) {
    assertThat(draft("{\"name\":\"x\",\"payload\":" + payload + "}"))
        .isEqualTo(new Draft("x", payload, ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"content\":\"\"}",
        "{\"content\":1}",
        "{\"content\":null}",
        "{\"content\":[\"x\"]}",
        "{\"content\":\"x\",\"name\":\"y\"}",
        "{\"content\":\"x\",\"payload\":null}",
        "{\"name\":\"x\"}",
        "{\"payload\":1}",
        "{\"name\":\"\",\"payload\":1}",
        "{\"name\":1,\"payload\":1}",
        "{\"content\":\"x\",\"clientId\":7}"
      })
  void refusesEverythingElse(String body) {
    assertMalformed(() -> draft(body));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "{\"content\":\"\"}", "{\"content\":\"x\",\"payload\":1}", "{\"text\":1}"})
  void refusesAnEditThatSaysNotWhat(String body) {
    assertMalformed(() -> MessageJson.change(Json.parseObject(body)));
  }

  private static void assertMalformed(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
  }
}
