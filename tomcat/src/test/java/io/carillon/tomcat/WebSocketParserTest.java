package io.carillon.tomcat;

import static io.carillon.tomcat.ClientFrames.close;
import static io.carillon.tomcat.ClientFrames.frame;
import static io.carillon.tomcat.ClientFrames.join;
import static io.carillon.tomcat.ClientFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The families of rules of RFC 6455, each with the bytes whole, one by one, and cut at random. */
class WebSocketParserTest {
  private static final int LIMIT = 66_000;
  private static final int CONTINUATION = 0x0;
  private static final int TEXT = 0x1;
  private static final int PING = 0x9;
  private static final int PONG = 0xA;
  private static final int CLOSE = 0x8;

  /** Writes down what it hears. */
  private static final class Recorder implements WebSocketParser.Handler {
    final List<String> heard = new ArrayList<>();

    @Override
    public void onMessage(byte[] utf8, int offset, int length) {
      heard.add("text " + new String(utf8, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void onBinaryMessage(byte[] bytes, int offset, int length) {
      heard.add("binary " + length);
    }

    @Override
    public void onOversizedMessage(byte[] head, int offset, int length) {
      heard.add("oversized " + length);
    }

    @Override
    public void onPing(byte[] payload) {
      heard.add("ping " + new String(payload, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void onPong() {
      heard.add("pong");
    }

    @Override
    public void onCloseFrame(int code) {
      heard.add("close " + code);
    }

    @Override
    public void onViolation(int code) {
      heard.add("violation " + code);
    }
  }

  private static List<String> read(byte[] bytes) {
    List<String> whole = readInPieces(bytes, bytes.length);
    if (bytes.length < 2_000) {
      assertThat(readInPieces(bytes, 1)).as("byte by byte").isEqualTo(whole);
    }
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    Recorder recorder = new Recorder();
    WebSocketParser parser = new WebSocketParser(LIMIT, false);
    int at = 0;
    while (at < bytes.length) {
      int end = Math.min(bytes.length, at + 1 + random.nextInt(1 + bytes.length / 3));
      readPiece(parser, bytes, at, end, recorder);
      at = end;
    }
    assertThat(recorder.heard).as("cut with seed %d", seed).isEqualTo(whole);
    return whole;
  }

  private static List<String> readInPieces(byte[] bytes, int size) {
    Recorder recorder = new Recorder();
    WebSocketParser parser = new WebSocketParser(LIMIT, false);
    for (int at = 0; at < bytes.length; at += size) {
      readPiece(parser, bytes, at, Math.min(bytes.length, at + size), recorder);
    }
    return recorder.heard;
  }

  /** From a copy in the middle of a buffer that is spoiled afterwards, as the next read does it. */
  private static void readPiece(
      WebSocketParser parser, byte[] bytes, int from, int end, Recorder recorder) {
    byte[] buffer = new byte[end - from + 5];
    System.arraycopy(bytes, from, buffer, 3, end - from);
    parser.read(buffer, 3, 3 + end - from, recorder);
    Arrays.fill(buffer, (byte) 0xFF);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 128, 65_535, 65_536, LIMIT})
  void readsTextOfEveryLength(int length) {
    String message = "x".repeat(length);
    assertThat(read(text(message))).containsExactly("text " + message);
  }

  @Test
  void tellsOfAMessageOverTheLimitAndGoesOn() {
    assertThat(read(join(text("x".repeat(LIMIT + 1)), text("next"))))
        .containsExactly("oversized " + LIMIT, "text next");
    assertThat(read(join(text("x".repeat(4 * LIMIT)), text("next"))))
        .containsExactly("oversized " + LIMIT, "text next");
  }

  @Test
  void endsWithAMessageFarOverTheLimit() {
    assertThat(read(join(text("x".repeat(4 * LIMIT + 1)), text("next"))))
        .containsExactly("violation 1009");
  }

  @Test
  void endsBeforeTheBytesOfAMessageFarOverTheLimitHaveCome() {
    assertThat(read(frame(0x81, true, Long.MAX_VALUE, 8, new byte[0])))
        .containsExactly("violation 1009");
  }

  @Test
  void countsAllFragmentsOfAMessage() {
    byte[] half = "x".repeat(3 * LIMIT).getBytes(StandardCharsets.US_ASCII);
    assertThat(read(join(frame(false, TEXT, half), frame(true, CONTINUATION, half))))
        .containsExactly("violation 1009");
    byte[] part = "x".repeat(LIMIT / 2 + 1).getBytes(StandardCharsets.US_ASCII);
    assertThat(read(join(frame(false, TEXT, part), frame(true, CONTINUATION, part), text("next"))))
        .containsExactly("oversized " + LIMIT, "text next");
  }

  @Test
  void readsSeveralFramesOfOneRead() {
    assertThat(read(join(text("one"), text("two"), text("three"))))
        .containsExactly("text one", "text two", "text three");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF})
  void refusesReservedOpcodes(int opcode) {
    assertThat(read(join(frame(true, opcode, new byte[0]), text("next"))))
        .containsExactly("violation 1002");
    byte[] begun = frame(false, TEXT, new byte[] {'a'});
    assertThat(read(join(begun, frame(true, opcode, new byte[0]))))
        .containsExactly("violation 1002");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x10, 0x20, 0x40, 0x70})
  void refusesReservedBits(int bits) {
    for (int opcode : new int[] {TEXT, CLOSE, PING, PONG}) {
      assertThat(read(frame(0x80 | bits | opcode, true, 1, 0, new byte[] {'a'})))
          .as("opcode %d", opcode)
          .containsExactly("violation 1002");
    }
  }

  @Test
  void refusesFramesWithoutAMask() {
    for (int opcode : new int[] {TEXT, CLOSE, PING, PONG}) {
      assertThat(read(frame(0x80 | opcode, false, 0, 0, new byte[0])))
          .containsExactly("violation 1002");
    }
  }

  @Test
  void refusesLengthsThatAreWrittenTooLong() {
    byte[] payload = new byte[125];
    assertThat(read(frame(0x81, true, 125, 2, payload))).containsExactly("violation 1002");
    assertThat(read(frame(0x81, true, 0, 2, new byte[0]))).containsExactly("violation 1002");
    assertThat(read(frame(0x81, true, 125, 8, payload))).containsExactly("violation 1002");
    assertThat(read(frame(0x81, true, 65_535, 8, new byte[65_535])))
        .containsExactly("violation 1002");
    assertThat(read(frame(0x81, true, Long.MIN_VALUE, 8, new byte[0])))
        .containsExactly("violation 1002");
    assertThat(read(frame(0x81, true, -1, 8, new byte[0]))).containsExactly("violation 1002");
  }

  @Test
  void refusesBinaryMessages() {
    assertThat(read(join(frame(true, 0x2, new byte[] {1, 2}), text("next"))))
        .containsExactly("violation 1003");
    assertThat(read(join(frame(false, TEXT, new byte[0]), frame(true, 0x2, new byte[0]))))
        .containsExactly("violation 1002");
  }

  @Test
  void joinsFragments() {
    assertThat(
            read(
                join(
                    frame(false, TEXT, "Hel".getBytes(StandardCharsets.UTF_8)),
                    frame(false, CONTINUATION, new byte[0]),
                    frame(false, CONTINUATION, "l".getBytes(StandardCharsets.UTF_8)),
                    frame(true, CONTINUATION, "o".getBytes(StandardCharsets.UTF_8)),
                    text("next"))))
        .containsExactly("text Hello", "text next");
    assertThat(read(join(frame(false, TEXT, new byte[0]), frame(true, CONTINUATION, new byte[0]))))
        .containsExactly("text ");
  }

  @Test
  void hearsControlFramesBetweenFragments() {
    assertThat(
            read(
                join(
                    frame(false, TEXT, "a€".getBytes(StandardCharsets.UTF_8)),
                    frame(true, PING, "hi".getBytes(StandardCharsets.UTF_8)),
                    frame(true, PONG, new byte[125]),
                    frame(true, CONTINUATION, "b".getBytes(StandardCharsets.UTF_8)))))
        .containsExactly("ping hi", "pong", "text a€b");
  }

  @Test
  void refusesFragmentsOutOfOrder() {
    byte[] payload = {'a'};
    assertThat(read(frame(true, CONTINUATION, payload))).containsExactly("violation 1002");
    assertThat(read(frame(false, CONTINUATION, payload))).containsExactly("violation 1002");
    assertThat(read(join(frame(false, TEXT, payload), frame(true, TEXT, payload))))
        .containsExactly("violation 1002");
    assertThat(
            read(
                join(
                    frame(false, TEXT, payload),
                    frame(true, CONTINUATION, payload),
                    frame(true, CONTINUATION, payload))))
        .containsExactly("text aa", "violation 1002");
  }

  @Test
  void refusesControlFramesThatAreFragmentedOrLong() {
    for (int opcode : new int[] {CLOSE, PING, PONG}) {
      assertThat(read(frame(false, opcode, new byte[0]))).containsExactly("violation 1002");
      assertThat(read(frame(true, opcode, new byte[126]))).containsExactly("violation 1002");
    }
    assertThat(read(frame(true, PING, new byte[125]))).hasSize(1);
  }

  @Test
  void refusesTextThatIsNotUtf8() {
    byte[][] wrong = {
      {(byte) 0x80},
      {(byte) 0xC0, (byte) 0xAF}, // overlong
      {(byte) 0xE0, (byte) 0x80, (byte) 0xAF},
      {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // a surrogate
      {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, // beyond U+10FFFF
      {(byte) 0xFE},
      {'a', (byte) 0xE2, (byte) 0x82}, // ends in a character
    };
    for (byte[] text : wrong) {
      assertThat(read(join(frame(true, TEXT, text), text("next"))))
          .as(Arrays.toString(text))
          .containsExactly("violation 1007");
    }
  }

  @Test
  void readsCharactersThatAreCutBetweenFragments() {
    byte[] text = "𝄞€é".getBytes(StandardCharsets.UTF_8);
    for (int cut = 0; cut <= text.length; cut++) {
      assertThat(
              read(
                  join(
                      frame(false, TEXT, Arrays.copyOfRange(text, 0, cut)),
                      frame(true, CONTINUATION, Arrays.copyOfRange(text, cut, text.length)))))
          .containsExactly("text 𝄞€é");
    }
  }

  @Test
  void refusesWrongUtf8BeforeTheMessageIsComplete() {
    assertThat(read(frame(false, TEXT, new byte[] {'a', (byte) 0xFF})))
        .containsExactly("violation 1007");
    assertThat(
            read(
                join(
                    text("x".repeat(LIMIT + 7)),
                    frame(false, TEXT, "x".repeat(LIMIT + 1).getBytes(StandardCharsets.UTF_8)),
                    frame(true, CONTINUATION, new byte[] {(byte) 0xC2}))))
        .as("also beyond what is kept")
        .containsExactly("oversized " + LIMIT, "violation 1007");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1014, 3000, 3999, 4000, 4999
      })
  void readsCloseCodes(int code) {
    assertThat(read(join(close(code, "bye…"), text("never read"))))
        .containsExactly("close " + code);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535})
  void refusesCloseCodesThatMayNotBeSent(int code) {
    assertThat(read(close(code, ""))).containsExactly("violation 1002");
  }

  @Test
  void readsACloseWithoutACode() {
    assertThat(read(frame(true, CLOSE, new byte[0]))).containsExactly("close 1005");
    assertThat(read(frame(true, CLOSE, new byte[1]))).containsExactly("violation 1002");
    assertThat(read(frame(true, CLOSE, new byte[] {3, (byte) 0xE8, (byte) 0xC0})))
        .containsExactly("violation 1007");
    assertThat(read(close(1000, "x".repeat(123)))).containsExactly("close 1000");
  }

  @Test
  void holdsNothingBetweenMessages() {
    WebSocketParser parser = new WebSocketParser(LIMIT, false);
    Recorder recorder = new Recorder();
    assertThat(parser.isIdle()).isTrue();
    byte[] bytes = text("a");
    parser.read(bytes, 0, 3, recorder);
    assertThat(parser.isIdle()).isFalse();
    parser.read(bytes, 3, bytes.length, recorder);
    assertThat(parser.isIdle()).isTrue();
    byte[] begun = frame(false, TEXT, new byte[0]);
    parser.read(begun, 0, begun.length, recorder);
    assertThat(parser.isIdle()).isFalse();
  }

  @Test
  void readsWhateverAWellBehavedClientSends() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int trial = 0; trial < 300; trial++) {
      List<byte[]> frames = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int message = 0; message < 1 + random.nextInt(5); message++) {
        String body = randomText(random);
        byte[] utf8 = body.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        int opcode = TEXT;
        while (random.nextInt(3) > 0) {
          int end = at + random.nextInt(utf8.length - at + 1);
          frames.add(frame(false, opcode, Arrays.copyOfRange(utf8, at, end)));
          opcode = CONTINUATION;
          at = end;
          if (random.nextBoolean()) {
            frames.add(frame(true, PING, new byte[] {'p'}));
            expected.add("ping p");
          }
        }
        frames.add(frame(true, opcode, Arrays.copyOfRange(utf8, at, utf8.length)));
        expected.add("text " + body);
      }
      assertThat(read(join(frames.toArray(byte[][]::new)))).as("seed %d", seed).isEqualTo(expected);
    }
  }

  private static String randomText(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    String letters = "abcdé€中\n\"";
    for (int i = random.nextInt(400); i > 0; i--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
      if (random.nextInt(10) == 0) {
        text.append("🙂");
      }
    }
    return text.toString();
  }
}
