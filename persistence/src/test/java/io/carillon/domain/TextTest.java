package io.carillon.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain",
        "\r\n\t\u0001\u007f",
        "\ud83d\udd14 bell",
        "e\u0301\u0302\u0303",
        "\u200d\u200d\ufffe\uffff",
        "\u202eright to left"
      })
  void takesWhateverUtf8CanHold(String text) {
    assertThat(Text.isStorable(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u0000", "a\u0000b", "\ud83d", "\ud83dx", "\udd14", "\udd14\ud83d", "a\ud83d"})
  void refusesNulAndHalfPairs(String text) {
    assertThat(Text.isStorable(text)).isFalse();
    assertThatThrownBy(() -> Text.checked(text, 10, "field"))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
  }

  @Test
  void countsLengthInclusively() {
    assertThat(Text.checked("12345", 5, "field")).isEqualTo("12345");
    assertThatThrownBy(() -> Text.checked("123456", 5, "field"))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
  }

  @Test
  void countsTheBytesThatTheEncoderWrites() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int trial = 0; trial < 2_000; trial++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(20);
      for (int i = 0; i < length; i++) {
        text.appendCodePoint(codePoint(random));
      }
      String made = text.toString();
      assertThat(Text.utf8Bytes(made))
          .as("seed %d, trial %d", seed, trial)
          .isEqualTo(made.getBytes(StandardCharsets.UTF_8).length);
    }
  }

  private static int codePoint(Random random) {
    int limit = new int[] {0x80, 0x800, 0xD800, 0x110000}[random.nextInt(4)];
    int point = random.nextInt(limit);
    return point >= 0xD800 && point < 0xE000 ? 'x' : point;
  }
}
