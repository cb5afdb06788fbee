package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Utf8CheckTest {

  @Test
  void agreesWithThePlatformOnAllPairsOfBytes() {
    for (int first = 0; first < 256; first++) {
      for (int second = 0; second < 256; second++) {
        agrees(new byte[] {(byte) first, (byte) second});
      }
    }
  }

  @Test
  void agreesWithThePlatformOnRandomBytes() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    // First bytes of sequences, their bounds, and what lies just beyond them.
    int[] edges = {
      0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
      0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
    };
    for (int trial = 0; trial < 200_000; trial++) {
      byte[] bytes = new byte[1 + random.nextInt(6)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) edges[random.nextInt(edges.length)];
      }
      assertThat(isText(bytes)).as("seed %d, %s", seed, hex(bytes)).isEqualTo(decodes(bytes));
    }
  }

  @Test
  void isTheSameWhereverATextIsCut() {
    byte[] text =
        "aé€𝄞 and some more than eight bytes: ÄÖÜ 中文 🙂".getBytes(StandardCharsets.UTF_8);
    for (int cut = 0; cut <= text.length; cut++) {
      int state = Utf8Check.check(Utf8Check.COMPLETE, text, 0, cut);
      assertThat(state).as("cut at %d", cut).isNotEqualTo(Utf8Check.INVALID);
      assertThat(Utf8Check.check(state, text, cut, text.length)).isEqualTo(Utf8Check.COMPLETE);
    }
  }

  @Test
  void noticesTheFirstWrongByteAtOnce() {
    byte[] surrogate = {'a', (byte) 0xED, (byte) 0xA0}; // its third byte is not needed
    assertThat(Utf8Check.check(Utf8Check.COMPLETE, surrogate, 0, 3)).isEqualTo(Utf8Check.INVALID);
  }

  private static void agrees(byte[] bytes) {
    assertThat(isText(bytes)).as(hex(bytes)).isEqualTo(decodes(bytes));
  }

  private static boolean isText(byte[] bytes) {
    return Utf8Check.check(Utf8Check.COMPLETE, bytes, 0, bytes.length) == Utf8Check.COMPLETE;
  }

  private static boolean decodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static String hex(byte[] bytes) {
    return Arrays.toString(bytes);
  }
}
