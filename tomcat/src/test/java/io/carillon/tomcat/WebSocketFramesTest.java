package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.hub.EncodedFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketFramesTest {

  @Test
  void answersTheKeyOfTheStandardsExample() {
    assertThat(WebSocketFrames.accept("dGhlIHNhbXBsZSBub25jZQ=="))
        .isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assertThat(WebSocketFrames.isKey("dGhlIHNhbXBsZSBub25jZQ==")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "dGhlIHNhbXBsZSBub25jZQ",
        "dGhlIHNhbXBsZSBub25jZQ=!",
        "AAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void refusesAnotherKey(String key) {
    assertThat(WebSocketFrames.isKey(key)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0,2,0", "125,2,125", "126,4,126", "65535,4,126", "65536,10,127", "70000,10,127"})
  void writesEachLengthInItsShortestForm(int length, int header, int code) {
    byte[] frame = WebSocketFrames.frame(WebSocketFrames.TEXT, new byte[length]);
    assertThat(frame).hasSize(header + length);
    assertThat(frame[0]).isEqualTo((byte) 0x81);
    assertThat(frame[1]).isEqualTo((byte) code);
    long written = 0;
    for (int i = 2; i < header; i++) {
      written = written << 8 | (frame[i] & 0xFF);
    }
    assertThat(header == 2 ? length : written).isEqualTo(length);
  }

  @Test
  void writesControlFrames() {
    assertThat(WebSocketFrames.close(4401)).containsExactly(0x88, 2, 0x11, 0x31);
    assertThat(WebSocketFrames.close(WebSocketFrames.NO_STATUS)).containsExactly(0x88, 0);
    assertThat(WebSocketFrames.wire(EncodedFrame.heartbeat())).containsExactly(0x89, 0);
    EncodedFrame pong = WebSocketFrames.pong(new byte[] {7});
    assertThat(WebSocketFrames.wire(pong)).containsExactly(0x8A, 1, 7);
    assertThat(pong.kind()).isEqualTo(EncodedFrame.Kind.DROPPABLE);
  }

  @Test
  void framesAnEventOnce() {
    EncodedFrame event = EncodedFrame.data("a");
    assertThat(WebSocketFrames.wire(event))
        .containsExactly(0x81, 1, 'a')
        .isSameAs(WebSocketFrames.wire(event));
  }
}
