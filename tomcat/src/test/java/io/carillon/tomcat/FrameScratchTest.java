package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.hub.EncodedFrame;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameScratchTest {
  private final FrameScratch scratch = FrameScratch.forWebSockets();

  private static EncodedFrame frame(String text) {
    return EncodedFrame.data(text);
  }

  private static EncodedFrame[] frames(EncodedFrame... frames) {
    return frames;
  }

  private static String payload(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  @Test
  void joinsFramesInOrder() {
    ByteBuffer bytes = scratch.fill(frames(frame("one"), frame("two")), 0, 2, 0);
    assertThat(payload(bytes)).isEqualTo("\ufffd\u0003one\ufffd\u0003two");
  }

  @Test
  void givesTheNextConnectionTheSameBytesFromTheBeginning() {
    EncodedFrame[] same = frames(frame("one"), frame("two"));
    ByteBuffer first = scratch.fill(same, 0, 2, 0);
    String expected = payload(first);
    first.position(first.limit()); // as a write leaves it
    assertThat(payload(scratch.fill(same.clone(), 0, 2, 0))).isEqualTo(expected);
  }

  @Test
  void doesNotTakeOtherFramesForTheSame() {
    EncodedFrame shared = frame("shared");
    scratch.fill(frames(shared, frame("mine")), 0, 2, 0);
    assertThat(payload(scratch.fill(frames(shared, frame("other")), 0, 2, 0))).endsWith("other");
    assertThat(payload(scratch.fill(frames(shared), 0, 1, 0))).endsWith("shared");
    assertThat(payload(scratch.fill(frames(frame("x"), shared), 1, 2, 0)))
        .isEqualTo("\ufffd\u0006shared");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isNotTouchedByOtherThreads(boolean streams) {
    Supplier<FrameScratch> ofThread =
        streams ? FrameScratch::forStreams : FrameScratch::forWebSockets;
    ByteBuffer mine = ofThread.get().fill(frames(frame("mine")), 0, 1, 0);
    CompletableFuture.runAsync(() -> ofThread.get().fill(frames(frame("else")), 0, 1, 0))
        .orTimeout(10, TimeUnit.SECONDS)
        .join();
    assertThat(payload(mine)).endsWith("mine");
  }

  @Test
  void goesOnWhereAWriteHasStopped() {
    EncodedFrame[] both = frames(frame("abcdef"), frame("next"));
    assertThat(payload(scratch.fill(both, 0, 2, 5))).isEqualTo("def\ufffd\u0004next");
    assertThat(payload(scratch.fill(both, 0, 2, 0)))
        .isEqualTo("\ufffd\u0006abcdef\ufffd\u0004next");
  }

  @Test
  void takesALargeFramePieceByPiece() {
    String text = "0123456789".repeat(50_000);
    EncodedFrame[] large = frames(frame("small"), frame(text));
    StringBuilder out = new StringBuilder();
    int skip = 0;
    ByteBuffer first = scratch.fill(large, 0, 2, 0);
    int inFirst = first.remaining() - 7; // the small frame's
    out.append(payload(first.position(7 + 10))); // and the header's
    skip += inFirst;
    while (skip < 10 + text.length()) {
      ByteBuffer piece = scratch.fill(large, 1, 2, skip);
      skip += piece.remaining();
      out.append(payload(piece));
    }
    assertThat(out.toString()).isEqualTo(text);
  }
}
