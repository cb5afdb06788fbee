package io.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.error.ErrorCode;
import io.carillon.hub.EncodedFrame;
import io.carillon.security.ConnectionLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebSocketConnectionTest {
  private final ManualWorkers workers = new ManualWorkers();
  private final ConnectionLimits limits = new ConnectionLimits(1, 1, 1);
  private final List<String> heard = new ArrayList<>();
  private RuntimeException failure;
  private boolean busy;
  private Runnable whenDone;
  private FakeWebSocket connection;

  private final class Protocol implements WebSocketProtocol, WebSocketListener {
    @Override
    public List<String> subprotocols() {
      return List.of();
    }

    @Override
    public int maxMessageBytes() {
      return 100;
    }

    @Override
    public int maxQueuedBytes() {
      return 1_000;
    }

    @Override
    public WebSocketListener open(WebSocketConnection opened) {
      return this;
    }

    @Override
    public int closeCode(ErrorCode reason) {
      return reason.closeCode();
    }

    @Override
    public Optional<EncodedFrame> farewell(ErrorCode reason) {
      return reason == ErrorCode.DRAINING
          ? Optional.of(EncodedFrame.data("farewell"))
          : Optional.empty();
    }

    @Override
    public void onOpened() {
      heard.add("opened");
    }

    @Override
    public void onDraining(Runnable close) {
      if (busy) {
        whenDone = close;
      } else {
        close.run();
      }
    }

    @Override
    public void onText(byte[] utf8, int offset, int length) {
      if (failure != null) {
        throw failure;
      }
      heard.add(new String(utf8, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void onOversized(byte[] head, int offset, int length) {
      heard.add("oversized");
    }

    @Override
    public void onClosed() {
      heard.add("closed");
    }
  }

  @BeforeEach
  void open() {
    connection =
        new FakeWebSocket(
            new Protocol(),
            limits.acquire(FakeWebSocket.user("alice"), "127.0.0.1")::close,
            workers);
    connection.opened();
  }

  @Test
  void pingsAndGoesOnWhileTheClientAnswers() {
    for (int i = 0; i < 3; i++) {
      connection.heartbeat();
      connection.pongArrives();
    }
    assertThat(connection.out()).containsExactly("<ping>", "<ping>", "<ping>");
    assertThat(connection.isDisconnected()).isFalse();
  }

  @Test
  void takesAnythingThatArrivesForASignOfLife() {
    connection.heartbeat();
    connection.arrives("hello");
    connection.heartbeat();
    assertThat(connection.isDisconnected()).isFalse();
  }

  @Test
  void cutsAConnectionWhoseClientDidNotAnswerTheLastPing() {
    connection.heartbeat();
    connection.heartbeat();
    assertThat(connection.isDisconnected()).isTrue();
    assertThat(heard).containsExactly("opened", "closed");
  }

  @Test
  void doesNotCountAPingThatHasNotLeft() {
    connection.block();
    connection.queue().send(EncodedFrame.data("much"));
    connection.heartbeat();
    connection.heartbeat();
    connection.heartbeat();
    assertThat(connection.isDisconnected()).isFalse();
    connection.unblock();
    assertThat(connection.out()).containsExactly("much", "<ping>");
  }

  @Test
  void saysWhyItClosesAfterWhatWaits() {
    connection.block();
    connection.queue().send(EncodedFrame.data("first"));
    connection.close(ErrorCode.DRAINING);
    connection.close(ErrorCode.TOKEN_EXPIRED); // too late: one reason only
    connection.unblock();
    assertThat(connection.out()).containsExactly("first", "farewell", "<close 4503>");
    assertThat(heard).doesNotContain("closed");
    connection.isLost();
    assertThat(heard).containsExactly("opened", "closed");
  }

  @Test
  void letsASessionFinishWhatItHasBegunBeforeItSendsTheClientAway() {
    busy = true;
    connection.close(ErrorCode.DRAINING);
    assertThat(connection.out()).isEmpty();
    connection.queue().send(EncodedFrame.data("answer"));
    whenDone.run();
    assertThat(connection.out()).containsExactly("answer", "farewell", "<close 4503>");
  }

  @Test
  void keepsNobodyForASessionThatDoesNotFinish() {
    busy = true;
    connection.close(ErrorCode.DRAINING);
    connection.close(ErrorCode.TOKEN_EXPIRED);
    assertThat(connection.out()).containsExactly("<close 4401>");
    whenDone.run();
    assertThat(connection.out()).containsExactly("<close 4401>");
  }

  @Test
  void cutsAConnectionWhoseClientDoesNotAnswerTheClose() {
    connection.close(ErrorCode.TOKEN_EXPIRED);
    assertThat(connection.isDisconnected()).isFalse();
    workers.passTime();
    assertThat(connection.isDisconnected()).isTrue();
  }

  @Test
  void tellsAClientThatReadsTooSlowly() {
    connection.block();
    for (int i = 0; i < 20; i++) {
      connection.queue().send(EncodedFrame.data("x".repeat(100)));
    }
    assertThat(connection.out()).containsExactly("<last words 4408>");
    workers.passTime();
    assertThat(heard).containsExactly("opened", "closed");
  }

  @Test
  void keepsTheReasonWhereTheFarewellDoesNotFitAnyMore() {
    connection.block();
    connection.queue().send(EncodedFrame.data("x".repeat(960)));
    connection.close(ErrorCode.DRAINING);
    assertThat(connection.out()).contains("<last words 4503>");
    workers.passTime();
    assertThat(heard).containsExactly("opened", "closed");
  }

  @Test
  void doesNotLetTheWaitingKeepTheReasonFromASlowClient() {
    connection.block();
    connection.queue().send(EncodedFrame.data("waits"));
    connection.close(ErrorCode.SLOW_CONSUMER);
    assertThat(connection.out()).containsExactly("<last words 4408>");
    assertThat(connection.queue().isClosed()).isTrue();
  }

  @Test
  void endsOnceAndGivesItsPlaceBack() {
    assertThat(limits.open()).isEqualTo(1);
    connection.breakDown();
    connection.queue().send(EncodedFrame.data("lost"));
    connection.isLost();
    connection.close(ErrorCode.DRAINING);
    connection.heartbeat();
    workers.passTime();
    assertThat(heard).containsExactly("opened", "closed");
    assertThat(limits.open()).isZero();
  }

  @Test
  void closesWhereTheSessionFailed() {
    failure = new IllegalStateException("nobody may see this");
    connection.arrives("hello");
    assertThat(connection.out()).containsExactly("<close 4500>");
  }
}
