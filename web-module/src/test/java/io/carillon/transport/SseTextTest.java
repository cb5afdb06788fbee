package io.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.transport.EventStreamParser.Event;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SseTextTest {
  private static final int EVENTS = 100_000;

  /** What could end a line, a field or an event, and some that only look like it. */
  private static final String[] PIECES = {
    "\r",
    "\n",
    "\r\n",
    "\0",
    ":",
    " ",
    "\t",
    "data:",
    "id: 7",
    "event: x",
    "retry: 1",
    ": c",
    "\uFEFF",
    "\u2028",
    "\u0085",
    "\u000B",
    "a",
    "é",
    "😀",
    "\\n",
    "\u007F",
    "{}",
    "\"",
  };

  @Test
  void writesTheFieldsInTheOrderOfTheCalls() {
    assertThat(text(SseText.event().comment("c").retry(2000).name("n").data("d").id("k3-1").end()))
        .isEqualTo(": c\nretry: 2000\nevent: n\ndata: d\nid: k3-1\n\n");
  }

  @Test
  void splitsDataAtEveryKindOfLineBreak() {
    assertThat(parse(SseText.event().data("a\nb\rc\r\nd\n\ne").end()))
        .containsExactly(new Event("message", "a\nb\nc\nd\n\ne", ""));
    assertThat(parse(SseText.event().data("\n").end()))
        .containsExactly(new Event("message", "\n", ""));
    assertThat(parse(SseText.event().data("x\r").end()))
        .containsExactly(new Event("message", "x\n", ""));
  }

  @Test
  void firesAnEventWithEmptyData() {
    assertThat(parse(SseText.event().data("").end())).containsExactly(new Event("message", "", ""));
  }

  @Test
  void keepsALeadingBlankOfTheData() {
    assertThat(parse(SseText.event().data(" x").end()).get(0).data()).isEqualTo(" x");
  }

  @Test
  void setsTheIdWithoutAnEventWhereThereIsNoData() {
    EventStreamParser stream = EventStreamParser.parse(SseText.event().id("k3-17").end());

    assertThat(stream.events()).isEmpty();
    assertThat(stream.lastEventId()).isEqualTo("k3-17");
  }

  @Test
  void refusesAnIdOrNameThatWouldBreakTheStream() {
    for (String evil : List.of("a\nb", "a\r", "\r\n", "\0", "id\0")) {
      assertThatThrownBy(() -> SseText.event().id(evil))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> SseText.event().name(evil))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> StreamEvent.builder().id(evil).build())
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> StreamEvent.builder().name(evil).build())
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesDataThatIsNoText() {
    assertThatThrownBy(() -> StreamEvent.builder().data(new Object()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(text(SseText.bytes(StreamEvent.builder().data(42).build())))
        .isEqualTo("data: 42\n\n");
  }

  @Test
  void neverLetsTextOutOfItsField() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < EVENTS; i++) {
      String id = oneLine(random);
      String name = oneLine(random);
      String data = any(random);
      OutboundSseEvent event =
          StreamEvent.builder().comment(any(random)).id(id).name(name).data(data).build();

      byte[] stream =
          concat(
              SseText.event().data("before").end(),
              SseText.bytes(event),
              SseText.event().data("after").end());

      assertThat(parse(stream))
          .as("seed %d, event %d", seed, i)
          .containsExactly(
              new Event("message", "before", ""),
              new Event(name.isEmpty() ? "message" : name, normal(data), id),
              new Event("message", "after", id));
    }
  }

  @Test
  void readsBackWhatItWrote() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      StreamEvent event =
          StreamEvent.builder()
              .comment(normal(any(random)))
              .id(oneLine(random))
              .name(oneLine(random))
              .reconnectDelay(random.nextInt(10_000))
              .data(normal(any(random)))
              .build();

      assertThat(SseText.parse(SseText.bytes(event))).as("seed %d", seed).isEqualTo(event);
    }
  }

  private static String oneLine(Random random) {
    return any(random).replaceAll("[\r\n\0]", "");
  }

  private static String any(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  private static String normal(String text) {
    return text.replace("\r\n", "\n").replace('\r', '\n');
  }

  private static List<Event> parse(byte[] stream) {
    return new ArrayList<>(EventStreamParser.parse(stream).events());
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.write(part, 0, part.length);
    }
    return all.toByteArray();
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
