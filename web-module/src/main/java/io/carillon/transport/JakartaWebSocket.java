package io.carillon.transport;

import io.carillon.hub.EncodedFrame;
import io.carillon.node.Workers;
import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A WebSocket through the Jakarta API, on any server. Text goes out through the asynchronous
 * remote, one send at a time, since containers forbid a second one; pings and closes may block
 * there, so a worker sends those, in their place in the order. The container answers pings and
 * checks UTF-8; messages come in parts and are bounded here, since a container's own limit would
 * close the connection at once.
 */
public final class JakartaWebSocket extends WebSocketConnection {
  private static final Duration RETRY = Duration.ofMillis(500);

  /** Tomcat's name for how long a close may block its thread; other containers ignore it. */
  private static final String BLOCKING_SEND_TIMEOUT =
      "org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT";

  private static final long BLOCKING_SEND_MILLIS = 5_000;

  /**
   * Tomcat's name for how long it waits for the client's own close after ours, 30 s otherwise. A
   * client that is gone sends none, and has long given its place to another one by then.
   */
  private static final String SESSION_CLOSE_TIMEOUT =
      "org.apache.tomcat.websocket.SESSION_CLOSE_TIMEOUT";

  /** For a thread to come out of the container, where it does not wait for the client. */
  private static final long MAX_LEAVING_MILLIS = 1_000;

  private final Session socket;
  private final AtomicBoolean sending = new AtomicBoolean();

  /**
   * Held where the container is given something to send. Tyrus on Payara gives a connection's
   * response to another request as soon as we know of its end, and what a thread is still writing
   * then would reach that request's client. So the end waits for such a thread, and lets none in
   * any more.
   */
  private final ReentrantLock touching = new ReentrantLock();

  private volatile boolean untouchable;
  private volatile boolean closeDue; // as soon as what is being sent is out

  // Of the thread that reads.
  private StringBuilder message; // the parts so far; null between messages
  private long messageChars;
  private ByteArrayOutputStream binary; // the same of a binary one
  private long binaryBytes;

  private String beginning = ""; // of a message whose end comes next; belongs to the queue's writer

  /**
   * @param socket open; its time-out is taken off, since the heartbeat notices a lost client
   */
  public JakartaWebSocket(
      Session socket, WebSocketProtocol protocol, Runnable place, Workers workers) {
    super(protocol, place, workers);
    this.socket = socket;
    socket.setMaxIdleTimeout(0);
    socket.getUserProperties().put(BLOCKING_SEND_TIMEOUT, BLOCKING_SEND_MILLIS);
    socket.getUserProperties().put(SESSION_CLOSE_TIMEOUT, CLOSE_TIMEOUT.toMillis());
  }

  // ---- in

  /** A part of a text message, the last one or not. */
  public void onText(String part, boolean last) {
    alive();
    if (closeCode() != 0) {
      return; // what comes after the end was announced is not looked at
    }
    int limit = maxMessageBytes();
    messageChars += part.length();
    if (messageChars > (long) FAR_TOO_LARGE * limit) { // a char is at least one byte
      forgetMessage();
      close(TOO_LARGE);
      return;
    }
    if (message == null && last) {
      forgetMessage();
      complete(part, part.length());
      return;
    }
    if (message == null) {
      message = new StringBuilder();
    }
    message.append(part, 0, Math.min(part.length(), limit + 1 - message.length()));
    if (last) {
      String text = message.toString();
      long chars = messageChars;
      forgetMessage();
      complete(text, chars);
    }
  }

  private void forgetMessage() {
    message = null;
    messageChars = 0;
  }

  private void complete(String text, long chars) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int limit = maxMessageBytes();
    if (utf8.length > (long) FAR_TOO_LARGE * limit) {
      close(TOO_LARGE);
    } else if (chars > limit || utf8.length > limit) {
      receivedOversized(utf8, 0, Math.min(utf8.length, limit));
    } else {
      received(utf8, 0, utf8.length);
    }
  }

  /** A part of a binary message, the last one or not. */
  public void onBinary(ByteBuffer part, boolean last) {
    alive();
    if (closeCode() != 0) {
      return;
    }
    if (!takesBinary()) {
      close(UNSUPPORTED_DATA);
      return;
    }
    binaryBytes += part.remaining();
    if (binaryBytes > maxMessageBytes()) {
      close(TOO_LARGE);
      return;
    }
    if (binary == null) {
      binary = new ByteArrayOutputStream(part.remaining());
    }
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    binary.write(bytes, 0, bytes.length);
    if (last) {
      byte[] whole = binary.toByteArray();
      binary = null;
      binaryBytes = 0;
      receivedBinary(whole, 0, whole.length);
    }
  }

  public void onPong() {
    alive();
  }

  /** The container has closed the session: when this returns, nothing here writes to it. */
  public void onClose() {
    untouchable = true;
    awaitUntouched();
    finish();
  }

  /** Not for long: a container may hold a lock that the thread inside it waits for. */
  private void awaitUntouched() {
    try {
      if (touching.tryLock(MAX_LEAVING_MILLIS, TimeUnit.MILLISECONDS)) {
        touching.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The container reports a failure of the session; it closes it by itself, or has done so. */
  public void onError() {
    disconnect();
  }

  // ---- out

  @Override
  public int write(EncodedFrame[] frames, int count) throws IOException {
    int taken = 0;
    while (taken < count && sending.compareAndSet(false, true)) {
      EncodedFrame frame = frames[taken++];
      switch (frame.kind()) {
        case DATA, DROPPABLE -> send(frame);
        case HEARTBEAT -> onWorker(this::sendPing);
        case CLOSE -> onWorker(this::closeSocket); // and never takes anything again
      }
    }
    return taken;
  }

  private void send(EncodedFrame frame) throws IOException {
    switch (frame.form()) {
      case TEXT -> send(remote -> remote.sendText(frame.text(), this::sent));
      case BINARY -> send(remote -> remote.sendBinary(ByteBuffer.wrap(frame.bytes()), this::sent));
      case BEGINNING -> { // the asynchronous remote sends whole messages only
        beginning = frame.text();
        sending.set(false);
      }
      case END -> {
        String whole = beginning + frame.text();
        beginning = "";
        send(remote -> remote.sendText(whole, this::sent));
      }
    }
  }

  private void send(Consumer<RemoteEndpoint.Async> message) throws IOException {
    touching.lock(); // nobody else holds it but one who has waited for its end
    try {
      if (untouchable) {
        throw new IOException("closed");
      }
      message.accept(socket.getAsyncRemote());
    } catch (RuntimeException e) { // containers differ in what they throw for a closed session
      throw new IOException(e);
    } finally {
      touching.unlock();
    }
  }

  private void sent(SendResult result) {
    if (result.isOK()) {
      sent();
    } else {
      disconnect();
    }
  }

  private void sent() {
    sending.set(false);
    if (closeDue) {
      closeUnlessSending();
    } else {
      queue().writable();
    }
  }

  private void sendPing() {
    touching.lock();
    try {
      if (!untouchable) {
        socket.getBasicRemote().sendPing(ByteBuffer.allocate(0));
      }
    } catch (IOException | RuntimeException e) {
      disconnect();
      return;
    } finally {
      touching.unlock();
    }
    pingSent();
    sent();
  }

  /**
   * A container that is asked to close while a message is half out gives the connection up, with
   * 1006. So that message comes first; if its client takes nothing, the cut comes before it.
   */
  @Override
  protected void lastWords() {
    closeDue = true;
    closeUnlessSending();
  }

  private void closeUnlessSending() {
    if (sending.compareAndSet(false, true)) { // and never takes anything again
      onWorker(this::closeSocket);
    }
  }

  private void closeSocket() {
    awaitUntouched();
    try {
      socket.close(
          new CloseReason(CloseReason.CloseCodes.getCloseCode(Math.max(NORMAL, closeCode())), ""));
    } catch (IOException | RuntimeException e) {
      finish();
    }
  }

  @Override
  protected void disconnect() {
    finish();
    if (socket.isOpen()) {
      onWorker(this::closeSocket);
    }
  }

  /** Has the rest of the system free even where the container blocks. */
  private void onWorker(Runnable task) {
    try {
      workers().io().execute(task);
    } catch (RejectedExecutionException e) {
      workers().after(RETRY, () -> onWorker(task));
    }
  }
}
