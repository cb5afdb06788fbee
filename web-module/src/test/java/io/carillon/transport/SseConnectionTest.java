package io.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import io.carillon.transport.EventStreamParser.Event;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SseConnectionTest {
  private static final Identity ALICE =
      new Identity(
          "demo",
          new UserId("alice"),
          "Alice",
          "",
          OrganizationRole.MEMBER,
          "t",
          Instant.MAX,
          Identity.Kind.USER);
  private static final int MAX_QUEUED = 20_000;

  private final FakeOutput client = new FakeOutput();
  private final ManualWorkers workers = new ManualWorkers();
  private final AtomicInteger ends = new AtomicInteger();
  private SseConnection connection;

  @BeforeEach
  void connect() {
    connection = new SseConnection(client, ALICE, MAX_QUEUED, workers);
    connection.whenEnded(ends::incrementAndGet);
  }

  @Test
  void sendsWhatWasQueuedBeforeTheHeadWithIt() {
    connection.queue().offer(event("1"));
    assertThat(client.text()).isEmpty();

    connection.begin();

    assertThat(client.text()).isEqualTo("data: 1\n\n");
  }

  @Test
  void joinsWhatWaitsIntoOneWrite() {
    connection.begin();
    client.takeNothing();
    for (int i = 0; i < 50; i++) {
      connection.queue().send(event("event " + i));
    }

    client.takeMore(Integer.MAX_VALUE);

    assertThat(client.writes).hasSize(1);
    assertThat(client.stream().events()).hasSize(50);
  }

  @Test
  void writesALongFrameWithoutCopyingAndAfterAndBeforeShortOnes() {
    connection.begin();
    client.takeNothing();
    String large = "x".repeat(10_000);
    connection.queue().send(event("first"));
    connection.queue().send(event(large));
    connection.queue().send(event("last"));

    client.takeMore(Integer.MAX_VALUE);

    assertThat(client.stream().events())
        .extracting(Event::data)
        .containsExactly("first", large, "last");
  }

  @Test
  void goesOnInTheMidstOfAFrame() {
    connection.begin();
    client.takeNothing();
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      expected.append("data: event ").append(i).append("\n\n");
      connection.queue().send(event("event " + i));
    }

    for (int taken = 0; taken < 600; taken += 7) {
      client.takeMore(7);
    }
    client.takeMore(Integer.MAX_VALUE);

    assertThat(client.text()).isEqualTo(expected.toString());
    assertThat(connection.queue().queuedBytes()).isZero();
  }

  @Test
  void tellsASenderWhenItsEventIsOut() {
    connection.begin();
    client.takeNothing();
    CompletableFuture<?> sent =
        connection.send(StreamEvent.builder().name("n").data("d").build()).toCompletableFuture();
    assertThat(sent).isNotDone();

    client.takeMore(3);
    assertThat(sent).isNotDone();

    client.takeMore(Integer.MAX_VALUE);
    workers.work();
    assertThat(sent).isCompleted();
    assertThat(client.stream().events()).containsExactly(new Event("n", "d", ""));
  }

  @Test
  void tellsASenderWhoseEventNeverWentOut() {
    connection.begin();
    client.takeNothing();
    CompletableFuture<?> sent =
        connection.send(StreamEvent.builder().data("d").build()).toCompletableFuture();

    client.endByContainer();
    workers.work();

    assertThat(sent).isCompletedExceptionally();
  }

  @Test
  void refusesToSendAfterTheEnd() {
    connection.begin();
    connection.close();

    assertThat(connection.isClosed()).isTrue();
    assertThatThrownBy(() -> connection.send(StreamEvent.builder().data("d").build()))
        .isInstanceOf(IllegalStateException.class);
    connection.close(); // does nothing
    assertThat(ends).hasValue(1);
  }

  @Test
  void saysWhyItEndsAndWhenToComeBack() {
    connection.begin();
    connection.queue().send(event("1"));

    connection.close(ErrorCode.TOKEN_EXPIRED);

    assertThat(client.stream().events())
        .containsExactly(
            new Event("message", "1", ""),
            new Event(
                "error",
                "{\"code\":\"TOKEN_EXPIRED\",\"message\":\"The token has expired; renew it.\","
                    + "\"retry\":\"NOW\"}",
                ""));
    assertThat(client.stream().retryMillis()).isBetween(250L, 2_500L);
    assertThat(client.completed).isTrue();
    assertThat(ends).hasValue(1);
  }

  @Test
  void cutsAClientThatDoesNotEvenTakeTheReason() {
    connection.begin();
    client.takeNothing();
    connection.close(ErrorCode.FORBIDDEN);
    assertThat(ends).hasValue(0);

    workers.passTime();

    assertThat(client.aborted).isTrue();
    assertThat(ends).hasValue(1);
  }

  @Test
  void givesUpAClientThatFallsBehindButTellsItsReasonIfItTakesThat() {
    connection.begin();
    client.takeNothing();
    OutboundQueue.Offer offer = OutboundQueue.Offer.ACCEPTED;
    while (offer != OutboundQueue.Offer.OVERFLOW) {
      offer = connection.queue().send(event("x".repeat(1_000)));
    }
    assertThat(ends).hasValue(0);

    client.takeMore(Integer.MAX_VALUE);

    assertThat(client.stream().events()).extracting(Event::type).containsExactly("error");
    assertThat(client.stream().events().get(0).data()).contains("SLOW_CONSUMER");
    assertThat(client.completed).isTrue();
    assertThat(ends).hasValue(1);
  }

  @Test
  void cutsAClientThatFallsBehindInTheMidstOfAnEvent() {
    connection.begin();
    client.takeNothing();
    connection.queue().send(event("x".repeat(1_000)));
    client.takeMore(500);

    connection.close(ErrorCode.SLOW_CONSUMER);

    assertThat(client.aborted).isTrue();
    assertThat(client.stream().events()).isEmpty();
    assertThat(client.text()).hasSize(500);
  }

  @Test
  void cutsAClientThatFallsBehindBetweenAnEventAndItsId() {
    connection.begin();
    client.takeNothing();
    EncodedFrame lines = EncodedFrame.data(SseText.event().data("d").lines());
    EncodedFrame id = EncodedFrame.data(SseText.event().id("1_k3-9").end());
    connection.queue().offer(lines, id);
    connection.queue().flush();
    client.takeMore(lines.bytes().length);

    connection.close(ErrorCode.SLOW_CONSUMER);

    // What followed would have been an event of its own with the first one's data before it.
    assertThat(client.aborted).isTrue();
    assertThat(client.stream().events()).isEmpty();
  }

  @Test
  void sendsACommentAsSignOfLifeUnlessSomethingWaitsAlready() {
    connection.begin();
    connection.heartbeat();
    assertThat(client.text()).isEqualTo(":\n\n");

    client.takeNothing();
    connection.queue().send(event("waits"));
    int waiting = connection.queue().queuedBytes();
    connection.heartbeat();
    assertThat(connection.queue().queuedBytes()).isEqualTo(waiting);
  }

  @Test
  void endsWhenAHeartbeatFindsNobodyThere() {
    connection.begin();
    client.breakDown();

    connection.heartbeat();

    assertThat(ends).hasValue(1);
    assertThat(connection.isClosed()).isTrue();
    assertThat(connection.queue().send(event("late"))).isEqualTo(OutboundQueue.Offer.CLOSED);
  }

  @Test
  void endsWhenTheSystemSaysThatTheClientIsLost() {
    connection.begin();
    client.takeNothing();
    connection.queue().send(event("waits"));
    connection.heartbeat();
    assertThat(ends).hasValue(0);
    client.clientLost = true;

    connection.heartbeat();

    assertThat(client.aborted).isTrue();
    assertThat(ends).hasValue(1);
  }

  @Test
  void endsOnceHoweverManySayIt() {
    connection.begin();
    client.endByContainer();
    connection.close(ErrorCode.DRAINING);
    connection.close();
    workers.passTime();

    assertThat(ends).hasValue(1);
    AtomicInteger late = new AtomicInteger();
    connection.whenEnded(late::incrementAndGet);
    assertThat(late).hasValue(1);
  }

  @Test
  void endsAfterWhatWasQueuedWhenItIsClosedBeforeItBegan() {
    connection.queue().offer(event("1"));
    connection.close(ErrorCode.DRAINING);
    connection.begin();

    assertThat(client.stream().events())
        .extracting(Event::type)
        .containsExactly("message", "error");
    assertThat(client.completed).isTrue();
  }

  private static EncodedFrame event(String data) {
    return EncodedFrame.data(SseText.event().data(data).end());
  }
}
