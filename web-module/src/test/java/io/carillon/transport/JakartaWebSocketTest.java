package io.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.error.ErrorCode;
import io.carillon.hub.EncodedFrame;
import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JakartaWebSocketTest {
  private static final int LIMIT = 10;

  private final ManualWorkers workers = new ManualWorkers();
  private final List<String> heard = new ArrayList<>();
  private final List<String> sent = new ArrayList<>();
  private final List<SendHandler> underWay = new ArrayList<>();
  private final Map<String, Object> properties = new HashMap<>();
  private boolean sendsAtOnce;
  private Runnable whileSending = () -> {};
  private boolean open = true;
  private JakartaWebSocket connection;

  private final class Protocol implements WebSocketProtocol, WebSocketListener {
    @Override
    public List<String> subprotocols() {
      return List.of();
    }

    @Override
    public int maxMessageBytes() {
      return LIMIT;
    }

    @Override
    public int maxQueuedBytes() {
      return 10_000;
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
      return Optional.empty();
    }

    @Override
    public void onOpened() {}

    @Override
    public void onDraining(Runnable close) {
      close.run();
    }

    @Override
    public void onText(byte[] utf8, int offset, int length) {
      heard.add(new String(utf8, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void onOversized(byte[] head, int offset, int length) {
      heard.add("oversized " + new String(head, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void onClosed() {
      heard.add("closed");
    }
  }

  /** A container's object of which only what is answered here is used. */
  private static <T> T container(Class<T> type, InvocationHandler answers) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers));
  }

  @BeforeEach
  void connect() {
    RemoteEndpoint.Async async =
        container(
            RemoteEndpoint.Async.class,
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("sendText");
              assertThat(underWay).as("one send at a time").isEmpty();
              sent.add((String) arguments[0]);
              whileSending.run();
              SendHandler handler = (SendHandler) arguments[1];
              if (sendsAtOnce) {
                handler.onResult(new SendResult());
              } else {
                underWay.add(handler);
              }
              return null;
            });
    RemoteEndpoint.Basic basic =
        container(
            RemoteEndpoint.Basic.class,
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("sendPing");
              sent.add("<ping>");
              return null;
            });
    Session socket =
        container(
            Session.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getAsyncRemote" -> async;
                  case "getBasicRemote" -> basic;
                  case "getUserProperties" -> properties;
                  case "isOpen" -> open;
                  case "setMaxIdleTimeout" -> {
                    assertThat(arguments[0]).isEqualTo(0L);
                    yield null;
                  }
                  case "close" -> {
                    open = false;
                    sent.add(
                        "<close " + ((CloseReason) arguments[0]).getCloseCode().getCode() + ">");
                    yield null;
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
    connection = new JakartaWebSocket(socket, new Protocol(), () -> {}, workers);
    connection.opened();
  }

  private void completeSend() {
    underWay.remove(0).onResult(new SendResult());
  }

  @Test
  void sendsOneTextAfterTheOther() {
    for (String text : List.of("a", "b", "c")) {
      connection.queue().send(EncodedFrame.data(text));
    }
    assertThat(sent).containsExactly("a");
    completeSend();
    assertThat(sent).containsExactly("a", "b");
    completeSend();
    completeSend();
    connection.queue().send(EncodedFrame.data("d"));
    assertThat(sent).containsExactly("a", "b", "c", "d");
  }

  @Test
  void goesOnWhereASendCompletesAtOnce() {
    sendsAtOnce = true;
    for (int i = 0; i < 10_000; i++) {
      connection.queue().offer(EncodedFrame.data(""));
      if (i % 100 == 99) {
        connection.queue().flush();
      }
    }
    assertThat(sent).hasSize(10_000);
  }

  @Test
  void pingsInItsPlaceWithoutBlockingWhoeverWrites() {
    connection.queue().send(EncodedFrame.data("a"));
    connection.heartbeat();
    connection.queue().send(EncodedFrame.data("b"));
    completeSend();
    assertThat(sent).as("a container's ping may block, so a worker sends it").containsExactly("a");
    workers.work();
    assertThat(sent).containsExactly("a", "<ping>", "b");
    completeSend();
    connection.heartbeat(); // no pong came
    workers.work();
    assertThat(heard).containsExactly("closed");
    assertThat(sent).as("if it reads again, it learns why").contains("<close 4408>");
  }

  /** Tyrus on Payara gives the response to another request once the end was told. */
  @Test
  void theEndWaitsForWhoIsSendingAndLetsNobodySendAfterwards() throws Exception {
    sendsAtOnce = true;
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch on = new CountDownLatch(1);
    whileSending =
        () -> {
          inside.countDown();
          try {
            on.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    Thread sender = new Thread(() -> connection.queue().send(EncodedFrame.data("a")));
    sender.start();
    inside.await();
    Thread closer = new Thread(connection::onClose);
    closer.start();
    while (closer.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertThat(heard).isEmpty();
    on.countDown();
    sender.join();
    closer.join();
    assertThat(heard).containsExactly("closed");
    assertThatThrownBy(() -> connection.write(new EncodedFrame[] {EncodedFrame.data("b")}, 1))
        .isInstanceOf(IOException.class);
    assertThat(sent).containsExactly("a");
  }

  @Test
  void closesAfterWhatWaitsAndTakesNothingMore() {
    connection.queue().send(EncodedFrame.data("a"));
    connection.close(ErrorCode.TOKEN_EXPIRED);
    completeSend();
    workers.work();
    connection.queue().send(EncodedFrame.data("b"));
    assertThat(sent).containsExactly("a", "<close 4401>");
    connection.onClose();
    assertThat(heard).containsExactly("closed");
  }

  @Test
  void endsWhereASendFails() {
    connection.queue().send(EncodedFrame.data("a"));
    underWay.remove(0).onResult(new SendResult(new IllegalStateException("gone")));
    assertThat(heard).containsExactly("closed");
    connection.onError();
    connection.onClose();
    workers.work();
    workers.passTime();
    assertThat(heard).containsExactly("closed");
  }

  @Test
  void joinsTheParts() {
    connection.onText("abc", false);
    connection.onText("", false);
    connection.onText("dé", true);
    connection.onText("", true);
    connection.onText("next", true);
    assertThat(heard).containsExactly("abcdé", "", "next");
  }

  @Test
  void countsBytesNotCharacters() {
    connection.onText("x".repeat(LIMIT), true);
    connection.onText("é".repeat(LIMIT / 2), true);
    connection.onText("é".repeat(LIMIT / 2) + "x", true);
    assertThat(heard).containsExactly("x".repeat(LIMIT), "é".repeat(LIMIT / 2), "oversized ééééé");
  }

  @Test
  void keepsNoMoreThanTheLimit() {
    for (int i = 0; i < 3; i++) {
      connection.onText("abcdefghij", false);
    }
    connection.onText("", true);
    connection.onText("next", true);
    assertThat(heard).containsExactly("oversized abcdefghij", "next");
  }

  @Test
  void closesOnAMessageFarOverTheLimit() {
    for (int i = 0; i < 5; i++) {
      connection.onText("abcdefghij", false);
    }
    workers.work();
    connection.onText("more", true);
    assertThat(sent).containsExactly("<close 1009>");
    assertThat(heard).as("nothing is heard after the end was announced").isEmpty();
  }

  @Test
  void closesOnABinaryMessage() {
    connection.onBinary(ByteBuffer.allocate(1), true);
    workers.work();
    assertThat(sent).containsExactly("<close 1003>");
  }
}
