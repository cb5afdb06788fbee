package io.carillon.transport;

import io.carillon.hub.EncodedFrame;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;

/**
 * A stream over the Servlet API's non-blocking writes, on any container.
 *
 * <p>Containers use response objects again for other requests, so a write that comes too late would
 * reach somebody else. One lock guards against that: every touch of the response happens under it
 * and only while the answer is not over, and whatever ends the answer says so under it first.
 */
public final class ServletStreamOutput implements StreamOutput, AsyncListener, WriteListener {
  /**
   * Name of a request attribute with a {@link Runnable} that cuts the request's connection, put
   * there by a container's own part where there is one. Without it, ending the answer of a client
   * that takes nothing keeps a thread of some containers waiting for their time-out. It is called
   * once at most, while the answer is not over, and must neither block nor wait for the end.
   */
  public static final String CUT_ATTRIBUTE = "io.carillon.transport.cut";

  private static final int MAX_PIECE_BYTES = 8 * 1024;
  private static final ThreadLocal<byte[]> JOINED =
      ThreadLocal.withInitial(() -> new byte[MAX_PIECE_BYTES]);

  private enum State {
    /** Waits to begin. */
    NEW,
    /** The head is set; the container has not asked for bytes yet, which some insist on. */
    BEGINNING,
    OPEN,
    /** Ends when what was taken has gone. */
    COMPLETING,
    ENDED
  }

  private final AsyncContext context;
  private final TcpPeer client;
  private final Runnable cut; // null where the container offers none
  private Listener listener;

  // Guarded by this; read outside only to see that it is over.
  private volatile State state = State.NEW;
  private ServletOutputStream out;
  private int pieceBytes;
  private boolean flushOwed; // bytes were taken that the container could not be told to send

  /**
   * @param context just started; from now on this object's alone
   */
  public ServletStreamOutput(AsyncContext context) {
    this.context = context;
    this.client = TcpPeer.of(context.getRequest());
    this.cut =
        context.getRequest().getAttribute(CUT_ATTRIBUTE) instanceof Runnable given ? given : null;
  }

  @Override
  public void listen(Listener newListener) {
    listener = newListener;
    context.setTimeout(0); // heartbeats and deadlines are our own
    context.addListener(this);
  }

  @Override
  public boolean begin(int status, Map<String, String> headers) {
    State begun;
    synchronized (this) {
      if (state != State.NEW) {
        return false;
      }
      state = State.BEGINNING;
      try {
        HttpServletResponse response = (HttpServletResponse) context.getResponse();
        response.setStatus(status);
        headers.forEach(response::setHeader);
        pieceBytes = Math.min(MAX_PIECE_BYTES, Math.max(1_024, response.getBufferSize()));
        out = response.getOutputStream();
        out.setWriteListener(this);
      } catch (IOException | IllegalStateException e) {
        endInOrder();
      }
      begun = state;
    }
    if (begun == State.OPEN) {
      listener.writePossible();
    } else if (begun == State.ENDED) {
      listener.ended();
    }
    return begun != State.ENDED;
  }

  @Override
  public int write(EncodedFrame[] frames, int from, int end, int skip) throws IOException {
    synchronized (this) {
      if (state == State.COMPLETING || state == State.ENDED) {
        throw new IOException("the answer is over");
      }
      if (state != State.OPEN) {
        return 0;
      }
      int taken = 0;
      int at = from;
      int offset = skip;
      while (at < end && isReady()) {
        int piece = writePiece(frames, at, end, offset);
        taken += piece;
        offset += piece;
        while (at < end && offset >= frames[at].bytes().length) {
          offset -= frames[at].bytes().length;
          at++;
        }
      }
      if (flushOwed && out.isReady()) {
        flushOwed = false;
        out.flush();
      }
      return taken;
    }
  }

  /**
   * Writes as much as the container's buffer holds: more would pass the buffer and, in Tomcat,
   * could not be flushed. What is in one frame is not copied.
   *
   * @return its length
   */
  private int writePiece(EncodedFrame[] frames, int from, int end, int skip) throws IOException {
    byte[] bytes = frames[from].bytes();
    int length = Math.min(bytes.length - skip, pieceBytes);
    if (from + 1 == end || length == pieceBytes) {
      out.write(bytes, skip, length);
    } else {
      byte[] joined = JOINED.get();
      length = join(frames, from, end, skip, joined);
      out.write(joined, 0, length);
    }
    flushOwed = true;
    return length;
  }

  private int join(EncodedFrame[] frames, int from, int end, int skip, byte[] into) {
    int length = 0;
    int offset = skip;
    for (int i = from; i < end && length < pieceBytes; i++) {
      byte[] bytes = frames[i].bytes();
      int part = Math.min(bytes.length - offset, pieceBytes - length);
      System.arraycopy(bytes, offset, into, length, part);
      length += part;
      offset = 0;
    }
    return length;
  }

  /**
   * Whether bytes are taken. What is owed is flushed first: like a write, a flush is allowed only
   * while the container is ready.
   */
  private boolean isReady() throws IOException {
    if (!out.isReady()) {
      return false;
    }
    if (!flushOwed) {
      return true;
    }
    flushOwed = false;
    out.flush();
    return out.isReady();
  }

  @Override
  public void onWritePossible() throws IOException {
    if (state == State.BEGINNING && Thread.holdsLock(this)) {
      // Grizzly asks from within setWriteListener(). The listener takes locks of its own, under
      // which others write to this output: told now, it and they would wait for each other for
      // ever.
      state = State.OPEN;
      return;
    }
    boolean ended = false;
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      if (state == State.BEGINNING) {
        state = State.OPEN;
      }
      boolean ready = isReady();
      if (state == State.COMPLETING) {
        if (!ready) {
          return; // the container calls again when more has gone
        }
        endInOrder();
        ended = true;
      }
    }
    if (ended) {
      listener.ended();
    } else {
      listener.writePossible();
    }
  }

  @Override
  public boolean complete() {
    synchronized (this) {
      if (state == State.ENDED || state == State.COMPLETING) {
        return state == State.ENDED;
      }
      State before = state;
      state = State.COMPLETING;
      try {
        if (before == State.BEGINNING || (before == State.OPEN && !isReady())) {
          return false; // the container calls when it goes on
        }
      } catch (IOException e) {
        // Lost, so nothing is left to be sent.
      }
      endInOrder();
    }
    listener.ended();
    return true;
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

  @Override
  public boolean isClientLost() {
    return client.isLost();
  }

  @Override
  public void abort() {
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      if (cut == null) {
        endInOrder();
      } else {
        cut.run(); // the end comes after it: until then the container waits for the lock
        state = State.ENDED;
      }
    }
    listener.ended();
  }

  /** With the lock held: an async context that has ended may belong to another request. */
  private void endInOrder() {
    state = State.ENDED;
    try {
      context.complete();
    } catch (IllegalStateException e) {
      // The container is ending it at this moment.
    }
  }

  /** The container says that it is over: when this returns, nothing here touches the response. */
  private void endedByContainer() {
    if (state == State.ENDED) {
      return; // without the lock, since the container may hold one that a writer waits for
    }
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      state = State.ENDED;
    }
    listener.ended();
  }

  @Override
  public void onComplete(AsyncEvent event) {
    endedByContainer();
  }

  @Override
  public void onError(AsyncEvent event) {
    endedByContainer();
    leave(event);
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    endedByContainer();
    leave(event);
  }

  /** Otherwise the container would make an error page, after the bytes of a stream. */
  private static void leave(AsyncEvent event) {
    try {
      event.getAsyncContext().complete();
    } catch (IllegalStateException e) {
      // Something else is ending it.
    }
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    // Nobody dispatches a stream again.
  }

  /** A write has failed. Not every container says so to the {@link AsyncListener} as well. */
  @Override
  public void onError(Throwable failure) {
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      endInOrder();
    }
    listener.ended();
  }
}
