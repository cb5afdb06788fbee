package io.carillon.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import io.carillon.hub.OutboundQueue.Offer;
import io.carillon.transport.SseText;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ForeignSinkTest {
  private static final int MAX_QUEUED = 20_000;

  private final FakeSink sink = new FakeSink();
  private final List<Throwable> failures = new ArrayList<>();
  private final OutboundQueue queue = new ForeignSink(sink, MAX_QUEUED, failures::add).queue();

  @Test
  void sendsOneEventAtATimeInOrder() {
    for (int i = 0; i < 5; i++) {
      assertThat(queue.send(event("" + i))).isIn(Offer.ACCEPTED, Offer.FLUSH_DUE);
    }
    assertThat(sink.data()).containsExactly("0");

    for (int i = 1; i < 5; i++) {
      sink.finishNext();
      assertThat(sink.underWay()).isEqualTo(1);
    }
    sink.finishNext();

    assertThat(sink.data()).containsExactly("0", "1", "2", "3", "4");
    assertThat(queue.queuedBytes()).isZero();
    assertThat(failures).isEmpty();
  }

  @Test
  void handsTheEventOnAsItWas() {
    queue.send(EncodedFrame.data(SseText.event().name("n").id("k3-1").data("one\r\ntwo\n").end()));

    OutboundSseEvent event = sink.events.get(0);
    assertThat(event.getName()).isEqualTo("n");
    assertThat(event.getId()).isEqualTo("k3-1");
    assertThat(event.getData()).isEqualTo("one\ntwo\n");
  }

  @Test
  void keepsToItsStackHoweverManyEventsAreOutAtOnce() {
    int count = 300;
    queue.send(event("0"));
    IntStream.range(1, count).forEach(i -> queue.send(event("" + i)));
    sink.sendingAtOnce();

    sink.finishNext();

    assertThat(sink.events).hasSize(count);
    assertThat(sink.data()).isEqualTo(IntStream.range(0, count).mapToObj(i -> "" + i).toList());
  }

  @Test
  void tellsOnceWhenAnEventCouldNotBeSent() {
    queue.send(event("1"));
    queue.send(event("2"));
    IOException failure = new IOException("gone");

    sink.failNext(failure);

    assertThat(failures).containsExactly(failure);
    assertThat(queue.isClosed()).isTrue();
    assertThat(sink.data()).containsExactly("1");
  }

  @Test
  void tellsOnceWhenTheSinkRefuses() {
    sink.close();

    queue.send(event("1"));

    assertThat(failures).hasSize(1);
    assertThat(queue.send(event("2"))).isEqualTo(Offer.CLOSED);
    assertThat(failures).hasSize(1);
  }

  @Test
  void tellsOnceWhenTheClientFallsBehindWhateverBecomesOfTheEventUnderWay() {
    queue.send(event("1"));
    Offer offer = Offer.ACCEPTED;
    while (offer == Offer.ACCEPTED || offer == Offer.FLUSH_DUE) {
      offer = queue.send(event("x".repeat(1_000)));
    }
    assertThat(offer).isEqualTo(Offer.OVERFLOW);
    assertThat(failures).hasSize(1);

    sink.failNext(new IOException("gone"));

    assertThat(failures).hasSize(1);
    assertThat(sink.data()).containsExactly("1");
  }

  private static EncodedFrame event(String data) {
    return EncodedFrame.data(SseText.event().data(data).end());
  }
}
