package io.carillon.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[]",
        "1",
        "null",
        "{",
        "{\"a\":1}{}",
        "{\"a\":1,}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{a:1}",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":1e9999999999999}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\n\"}"
      })
  void refusesWhatIsNotOneObject(String text) {
    assertMalformed(() -> Json.parseObject(text));
    assertMalformed(() -> Json.parseObject(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static void assertMalformed(Runnable parse) {
    assertThatThrownBy(parse::run)
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
  }

  @Test
  void readsAsDeepAsTheLimitAndNoDeeper() {
    assertThat(Json.parseObject(nested(Json.MAX_DEPTH)).has("a")).isTrue();
    assertMalformed(() -> Json.parseObject(nested(Json.MAX_DEPTH + 1)));
    assertMalformed(() -> Json.parseObject(nested(100_000)));
  }

  private static String nested(int levels) {
    int arrays = levels - 1;
    return "{\"a\":" + "[".repeat(arrays) + "]".repeat(arrays) + '}';
  }

  @Test
  void writesWhatItHasReadOnOneLine() {
    String text =
        "{\"a\":[1,-2.50,1E+400,123456789012345678901234567890,true,null],"
            + "\"b\":{\"c\":\"\\n\\r\\u0000\\\"\"}}";
    assertThat(Json.parseObject(text).toString()).isEqualTo(text);
    assertThat(Json.text("a\r\nb")).isEqualTo("\"a\\r\\nb\"");
  }

  @Test
  void givesTypedMembersOrSaysThatTheyAreNotOfThatType() {
    JsonObject object =
        Json.parseObject("{\"s\":\"x\",\"n\":7,\"d\":7.0,\"big\":3000000000,\"l\":[\"a\",1]}");
    assertThat(object.string("s")).contains("x");
    assertThat(object.string("none")).isEmpty();
    assertThat(object.whole("n")).hasValue(7);
    assertThat(object.whole("big")).hasValue(3_000_000_000L);
    for (Runnable wrong :
        List.<Runnable>of(
            () -> object.string("n"),
            () -> object.whole("s"),
            () -> object.whole("d"),
            () -> object.wholeInt("big"),
            () -> object.bool("s"),
            () -> object.object("l"),
            () -> object.strings("l"),
            () -> object.requireString("none"))) {
      assertMalformed(wrong);
    }
  }
}
