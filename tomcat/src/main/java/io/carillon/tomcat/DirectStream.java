package io.carillon.tomcat;

import io.carillon.hub.EncodedFrame;
import io.carillon.node.Workers;
import io.carillon.transport.StreamOutput;
import io.carillon.transport.TcpPeer;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A stream's body straight on Tomcat's socket. The head goes out in the ordinary way and says that
 * the connection ends with the body; then the connection is taken over as by an upgrade. Tomcat has
 * its request, response and buffers back, an idle stream holds none, and a fan-out writes the same
 * direct buffer to each socket. A client that leaves is noticed at once.
 *
 * <p>As for {@link DirectWebSocket}: Tomcat calls for what happens to the socket, one thread at a
 * time; bytes go to the {@link SocketChannel} itself, which is never used again once it is closed;
 * and a connection is cut by an event to Tomcat.
 */
final class DirectStream implements StreamOutput, DirectConnection {
  /** For the head to leave; where it does not arrive, Tomcat says nothing. */
  private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(10);

  /** For the client to close its side, after which nothing can get lost. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private enum State {
    NEW,
    /** The head is set and goes out when the request's thread is done. */
    BEGUN,
    OPEN,
    /** Everything is out; only the client's end is waited for. */
    LEAVING,
    ENDED
  }

  private final HttpServletResponse response;
  private final Workers workers;
  private Listener listener;
  private SocketWrapperBase<?> wrapper;
  private volatile SocketChannel channel; // null before
  private boolean readAhead = true; // Tomcat may have read beyond the request
  private State state = State.NEW; // guarded by this

  DirectStream(HttpServletResponse response, Workers workers) {
    this.response = response;
    this.workers = workers;
  }

  // ---- before the socket is there

  @Override
  public void listen(Listener newListener) {
    listener = newListener;
  }

  @Override
  public synchronized boolean begin(int status, Map<String, String> headers) {
    if (state != State.NEW) {
      return false;
    }
    state = State.BEGUN;
    response.setStatus(status);
    headers.forEach(response::setHeader);
    response.setHeader("Connection", "close"); // the end of the body is that of the connection
    return true;
  }

  synchronized boolean isBegun() {
    return state != State.NEW;
  }

  @Override
  public boolean release() {
    synchronized (this) {
      if (state != State.NEW) {
        return false;
      }
      state = State.ENDED;
    }
    listener.ended();
    return true;
  }

  /** The head is about to go out. */
  void expectOpening() {
    workers.after(HEAD_TIMEOUT, () -> endIf(State.BEGUN));
  }

  private void endIf(State expected) {
    synchronized (this) {
      if (state != expected) {
        return;
      }
    }
    end();
  }

  @Override
  public void attach(SocketWrapperBase<?> socket) {
    channel = DirectConnection.channelOf(socket);
    wrapper = socket;
  }

  @Override
  public void begin() {
    synchronized (this) {
      if (state != State.BEGUN) {
        throw new IllegalStateException("the head took too long");
      }
      state = State.OPEN;
    }
    listener.writePossible();
  }

  // ---- out

  @Override
  public int write(EncodedFrame[] frames, int from, int end, int skip) throws IOException {
    int taken = 0;
    boolean full = false;
    synchronized (this) {
      if (state == State.NEW || state == State.BEGUN) {
        return 0;
      }
      if (state != State.OPEN) {
        throw new IOException("the stream is over");
      }
      FrameScratch scratch = FrameScratch.forStreams();
      int at = from;
      int offset = skip;
      while (at < end && !full) {
        ByteBuffer bytes = scratch.fill(frames, at, end, offset);
        int length = bytes.remaining();
        int written = channel.write(bytes);
        taken += written;
        full = written < length;
        offset += written;
        while (at < end && offset >= frames[at].bytes().length) {
          offset -= frames[at].bytes().length;
          at++;
        }
      }
    }
    if (full) {
      // Not under the lock: a poller that is stopping would call back from this very call.
      wrapper.registerWriteInterest();
    }
    return taken;
  }

  /** What was taken is in the kernel. */
  @Override
  public boolean complete() {
    boolean open;
    synchronized (this) {
      if (state == State.LEAVING || state == State.ENDED) {
        return true;
      }
      open = state == State.OPEN;
      state = open ? State.LEAVING : State.ENDED;
      if (open) {
        try {
          // The client sees the end and closes. To close at once would, if it has sent something
          // that was not read, throw away what it has not read.
          channel.shutdownOutput();
        } catch (IOException e) {
          // It is gone, which is noticed below.
        }
      }
    }
    listener.ended();
    if (open) {
      workers.after(LINGER, this::disconnect);
    }
    return true;
  }

  @Override
  public boolean isClientLost() {
    SocketChannel socket = channel;
    return socket != null && TcpPeer.isLost(socket);
  }

  @Override
  public void abort() {
    end();
    disconnect();
  }

  private void disconnect() {
    if (channel != null && channel.isOpen()) {
      wrapper.processSocket(SocketEvent.DISCONNECT, true);
    }
  }

  // ---- from Tomcat

  @Override
  public SocketState dispatch(SocketEvent event) {
    switch (event) {
      case OPEN_READ -> {
        if (!discardInput()) {
          end();
        }
      }
      case OPEN_WRITE -> listener.writePossible();
      case STOP, ERROR, DISCONNECT, TIMEOUT, CONNECT_FAIL -> end();
    }
    synchronized (this) {
      return state == State.ENDED ? SocketState.CLOSED : SocketState.UPGRADED;
    }
  }

  /**
   * A client has nothing to say on a stream; what it sends is not looked at.
   *
   * @return false if it has left
   */
  private boolean discardInput() {
    ReadScratch scratch = ReadScratch.ofThisThread();
    try {
      int length;
      if (readAhead) {
        length = wrapper.read(false, scratch.bytes(), 0, scratch.bytes().length);
      } else {
        length = channel.read(scratch.buffer());
      }
      readAhead = false;
      return length >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void end() {
    boolean told;
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      told = state == State.LEAVING;
      state = State.ENDED;
    }
    if (!told) {
      listener.ended();
    }
  }
}
