package io.carillon.tomcat;

import io.carillon.hub.EncodedFrame;
import io.carillon.node.Workers;
import io.carillon.transport.WebSocketConnection;
import io.carillon.transport.WebSocketProtocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A WebSocket straight on Tomcat's socket, past its WebSocket container: all frames that wait go
 * out in one write, framed once for all connections, and an idle connection holds no buffer.
 *
 * <p>Tomcat calls for what arrives, one thread at a time, with the socket's lock held; writes come
 * from any thread. Tomcat recycles its channel objects, so a write that is late must not go through
 * them: bytes go to the {@link SocketChannel} itself, which is never used again once it is closed.
 * A connection is cut by an event to Tomcat, not by closing its wrapper from here, since Tomcat
 * would not clean up after a close beside an event that is being handled.
 */
final class DirectWebSocket extends WebSocketConnection
    implements DirectConnection, WebSocketParser.Handler {
  /** Reads of one event, so that a client that never stops sending does not keep the thread. */
  private static final int MAX_READS = 16;

  /** For the answer to a handshake to leave. */
  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

  private enum State {
    EXPECTED,
    BEGUN,
    FORGOTTEN
  }

  private SocketWrapperBase<?> wrapper;
  private SocketChannel channel;

  // Of the thread that reads.
  private WebSocketParser parser; // null between messages
  private boolean readAhead = true; // Tomcat may have read beyond the handshake
  private boolean discarding; // after a violation nothing is understood any more

  // Guarded by this.
  private State state = State.EXPECTED;
  private int skip; // bytes of the queue's first frame that are out already
  private EncodedFrame begun; // that frame; null if nothing of it is out
  private ByteBuffer lastWords; // bytes that go out although the queue is closed; null for none
  private boolean closeWritten;
  private boolean closeReceived;

  DirectWebSocket(WebSocketProtocol protocol, Runnable place, Workers workers) {
    super(protocol, place, workers);
  }

  @Override
  public void attach(SocketWrapperBase<?> socket) {
    channel = DirectConnection.channelOf(socket);
    wrapper = socket;
  }

  /**
   * The answer to the handshake is about to go out. Where it does not arrive, Tomcat says nothing;
   * then the connection is forgotten after a while.
   */
  void expectBegin() {
    workers().after(HANDSHAKE_TIMEOUT, this::forgetUnlessBegun);
  }

  private void forgetUnlessBegun() {
    synchronized (this) {
      if (state == State.BEGUN) {
        return;
      }
      state = State.FORGOTTEN;
    }
    finish();
  }

  @Override
  public void begin() {
    synchronized (this) {
      if (state == State.FORGOTTEN) {
        throw new IllegalStateException("the answer to the handshake took too long");
      }
      state = State.BEGUN;
    }
    opened();
  }

  @Override
  public void end() {
    finish();
  }

  // ---- in

  @Override
  public SocketState dispatch(SocketEvent event) {
    try {
      switch (event) {
        case OPEN_READ -> {
          if (!read()) {
            finish();
          }
        }
        case OPEN_WRITE -> writable();
        case STOP, ERROR, DISCONNECT, TIMEOUT, CONNECT_FAIL -> finish();
      }
    } catch (IOException e) {
      finish(); // lost; there is nobody to tell
    }
    return isFinished() ? SocketState.CLOSED : SocketState.UPGRADED;
  }

  /**
   * @return false when the connection is over
   */
  private boolean read() throws IOException {
    ReadScratch scratch = ReadScratch.ofThisThread();
    byte[] in = scratch.bytes();
    int length;
    int reads = 0;
    do {
      length = readAhead ? wrapper.read(false, in, 0, in.length) : channel.read(scratch.buffer());
      readAhead = false;
      if (length < 0) {
        return false;
      }
      if (length > 0) {
        alive();
        parse(scratch, in, length);
      }
      if (hasEnded()) {
        return false;
      }
      // A buffer that was not filled has emptied the socket: asking again would be for nothing.
    } while (length == in.length && ++reads < MAX_READS);
    return true;
  }

  private void parse(ReadScratch scratch, byte[] in, int length) {
    if (discarding) {
      return;
    }
    WebSocketParser current =
        parser == null ? scratch.parser(maxMessageBytes(), takesBinary()) : parser;
    current.read(in, 0, length, this);
    if (current.isIdle()) {
      parser = null;
      scratch.giveBack(current);
    } else {
      parser = current;
      discarding = current.hasEnded();
    }
  }

  @Override
  public void onMessage(byte[] utf8, int offset, int length) {
    if (closeCode() == 0) { // what comes after the end was announced is not looked at
      received(utf8, offset, length);
    }
  }

  @Override
  public void onBinaryMessage(byte[] bytes, int offset, int length) {
    if (closeCode() == 0) {
      receivedBinary(bytes, offset, length);
    }
  }

  @Override
  public void onOversizedMessage(byte[] head, int offset, int length) {
    if (closeCode() == 0) {
      receivedOversized(head, offset, length);
    }
  }

  @Override
  public void onPing(byte[] payload) {
    if (closeCode() == 0) {
      queue().send(WebSocketFrames.pong(payload));
    }
  }

  @Override
  public void onPong() {
    // what arrives is a sign of life, whatever it is
  }

  @Override
  public void onCloseFrame(int code) {
    synchronized (this) {
      closeReceived = true;
    }
    close(code); // the answer, unless this is one
  }

  @Override
  public void onViolation(int code) {
    close(code);
  }

  private synchronized boolean hasSaidLastWords() {
    return closeWritten;
  }

  /** Both sides have said that it is over. */
  private synchronized boolean hasEnded() {
    return closeWritten && closeReceived;
  }

  // ---- out

  @Override
  public int write(EncodedFrame[] frames, int count) throws IOException {
    int taken;
    synchronized (this) {
      if (lastWords != null) {
        return 0; // the queue has closed meanwhile, and these frames with it
      }
      taken = writeAll(frames, count);
    }
    if (taken < count && !hasSaidLastWords()) {
      // Not under the lock: a poller that is stopping would call back from this very call.
      wrapper.registerWriteInterest();
    } else if (hasEnded()) {
      disconnect();
    }
    return taken;
  }

  private int writeAll(EncodedFrame[] frames, int count) throws IOException {
    int end = 0;
    while (end < count && frames[end].kind() != EncodedFrame.Kind.CLOSE) {
      end++;
    }
    FrameScratch scratch = FrameScratch.forWebSockets();
    int taken = 0;
    while (taken < end) {
      ByteBuffer bytes = scratch.fill(frames, taken, end, skip);
      int length = bytes.remaining();
      int written = channel.write(bytes);
      taken = advance(frames, taken, written);
      if (written < length) {
        break;
      }
    }
    begun = skip > 0 ? frames[taken] : null;
    if (end < count && taken == end && writeClose()) {
      taken++; // and whatever was queued after it stays where it is
    }
    return taken;
  }

  /** Moves on by so many bytes; returns the first frame that is not out whole. */
  private int advance(EncodedFrame[] frames, int from, int written) {
    int at = from;
    skip += written;
    while (skip > 0) {
      int length = WebSocketFrames.wire(frames[at]).length;
      if (skip < length) {
        break;
      }
      skip -= length;
      if (frames[at].kind() == EncodedFrame.Kind.HEARTBEAT) {
        pingSent();
      }
      at++;
    }
    return at;
  }

  /** All or nothing as far as the queue can tell: a few bytes, of which the rest is kept. */
  private boolean writeClose() throws IOException {
    lastWords = ByteBuffer.wrap(WebSocketFrames.close(closeCode()));
    return writeLastWords();
  }

  private boolean writeLastWords() throws IOException {
    channel.write(lastWords);
    if (lastWords.hasRemaining()) {
      return false;
    }
    if (!closeWritten) {
      closeWritten = true;
      // Nothing may follow. The client sees the end and closes, and until then its bytes are read,
      // else they would reset the connection, and the close frame be lost on its way.
      channel.shutdownOutput();
    }
    return true;
  }

  private void writable() throws IOException {
    synchronized (this) {
      if (lastWords != null && !writeLastWords()) {
        wrapper.registerWriteInterest(); // Tomcat calls this, so it does not call back from here
        return;
      }
    }
    if (hasEnded()) {
      finish();
    } else if (hasSaidLastWords()) {
      queue().close();
    } else {
      queue().writable();
    }
  }

  @Override
  protected void lastWords() {
    boolean done;
    try {
      synchronized (this) {
        if (lastWords == null) {
          byte[] close = WebSocketFrames.close(closeCode());
          byte[] rest = begun == null ? new byte[0] : WebSocketFrames.wire(begun);
          int from = begun == null ? 0 : skip;
          // A frame that was begun must be ended, or the client could not tell where this begins.
          lastWords = ByteBuffer.allocate(rest.length - from + close.length);
          lastWords.put(rest, from, rest.length - from).put(close).flip();
        }
        done = writeLastWords();
      }
    } catch (IOException e) {
      disconnect();
      return;
    }
    if (!done) {
      wrapper.registerWriteInterest();
    }
  }

  @Override
  protected void disconnect() {
    finish();
    if (channel.isOpen()) {
      wrapper.processSocket(SocketEvent.DISCONNECT, true);
    }
  }
}
