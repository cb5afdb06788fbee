package io.carillon.transport;

import io.carillon.application.LiveConnection;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.user.Identity;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.FrameWriter;
import io.carillon.hub.OutboundQueue;
import io.carillon.json.JsonObject;
import io.carillon.node.Workers;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An event stream to one client: the sink that JAX-RS speaks of, over a bounded queue and writes
 * that do not block. All frames that wait go out as one write and one flush. It knows of its end
 * however that comes, from the container, from a failed heartbeat, or from a client that takes
 * nothing, and then never touches the response again. Any thread.
 */
public final class SseConnection
    implements SseEventSink, LiveConnection, FrameWriter, StreamOutput.Listener {
  /** Names of a stream's headers and what they say: no cache and no proxy may hold events back. */
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Type", "text/event-stream",
          "Cache-Control", "no-cache, no-store, no-transform",
          "X-Accel-Buffering", "no");

  /** For the last words to reach a client that reads slowly. */
  private static final Duration FAREWELL_TIME = Duration.ofSeconds(5);

  private static final EncodedFrame HEARTBEAT = EncodedFrame.data(SseText.HEARTBEAT);

  private final StreamOutput output;
  private final Identity identity;
  private final Workers workers;
  private final OutboundQueue queue;
  private final Map<EncodedFrame, CompletableFuture<Void>> sending = new ConcurrentHashMap<>(2);

  // Guarded by this.
  private int sentOfFirst; // bytes of the queue's first frame that are out already
  private boolean insideEvent; // the last frame that is out as a whole did not end its event
  private EncodedFrame[] farewell; // waits to be the last thing written; null for none
  private boolean closing;
  private boolean ended;
  private List<Runnable> whenEnded = List.of();

  /**
   * @param maxQueuedBytes waiting for this client at most; more closes it
   */
  public SseConnection(
      StreamOutput output, Identity identity, int maxQueuedBytes, Workers workers) {
    this.output = output;
    this.identity = identity;
    this.workers = workers;
    this.queue = new OutboundQueue(this, maxQueuedBytes);
    output.listen(this);
  }

  /**
   * Sends the headers, with what is in the queue.
   *
   * @return false if the client is gone already
   */
  public boolean begin() {
    return output.begin(200, HEADERS);
  }

  /**
   * Gives the answer back, for somebody else to make; this connection has ended then.
   *
   * @return false if it has begun, or is over
   */
  public boolean release() {
    return output.release();
  }

  /** The answer to somebody who asks what a stream would look like. */
  public static Response headOnly() {
    Response.ResponseBuilder head = Response.ok();
    HEADERS.forEach(head::header);
    return head.build();
  }

  /** Runs a task when the connection has ended, however that came; at once if it has. */
  public void whenEnded(Runnable task) {
    synchronized (this) {
      if (!ended) {
        if (whenEnded.isEmpty()) {
          whenEnded = new ArrayList<>(2);
        }
        whenEnded.add(task);
        return;
      }
    }
    task.run();
  }

  @Override
  public Identity identity() {
    return identity;
  }

  @Override
  public String transport() {
    return "sse";
  }

  @Override
  public OutboundQueue queue() {
    return queue;
  }

  // ---- JAX-RS

  /**
   * Queues an event whose data is text, a number or a boolean.
   *
   * @return completes when the event is on its way; exceptionally, when the connection ended before
   * @throws IllegalStateException if the connection is closed
   * @throws IllegalArgumentException for other data, or a line break or NUL in id or name
   */
  @Override
  public CompletionStage<?> send(OutboundSseEvent event) {
    EncodedFrame frame = EncodedFrame.data(SseText.bytes(event));
    CompletableFuture<Void> sent = new CompletableFuture<>();
    sending.put(frame, sent);
    OutboundQueue.Offer offer = isClosed() ? OutboundQueue.Offer.CLOSED : queue.send(frame);
    if (offer == OutboundQueue.Offer.CLOSED) {
      sending.remove(frame);
      throw new IllegalStateException("the event stream is closed");
    }
    return sent; // after an overflow, ended() has failed it
  }

  @Override
  public boolean isClosed() {
    synchronized (this) {
      return closing || ended;
    }
  }

  /** Ends the stream after what is queued, without a reason. */
  @Override
  public void close() {
    if (beginClosing()) {
      queue.send(EncodedFrame.close(null));
      workers.after(FAREWELL_TIME, output::abort);
    }
  }

  // ---- the node

  /** Sends an event {@code error} with the reason, after what is queued, and ends the stream. */
  @Override
  public void close(ErrorCode reason) {
    if (!beginClosing()) {
      return;
    }
    if (reason == ErrorCode.SLOW_CONSUMER) {
      leave(reason); // it takes nothing, so there is no use in queueing more for it
      return;
    }
    OutboundQueue.Offer offer = queue.offer(lastWords(reason), EncodedFrame.close(reason));
    if (offer == OutboundQueue.Offer.FLUSH_DUE) {
      queue.flush();
    }
    workers.after(FAREWELL_TIME, output::abort);
  }

  private synchronized boolean beginClosing() {
    boolean first = !closing && !ended;
    closing = true;
    return first;
  }

  /**
   * A comment, unless something waits already: then the write deadline watches over it. A client
   * that the last one has not reached by now has gone without a word.
   */
  @Override
  public void heartbeat() {
    if (output.isClientLost()) {
      output.abort();
    } else if (queue.queuedBytes() == 0) {
      queue.send(HEARTBEAT);
    }
  }

  /** An event that tells why the stream ends, and when to come back. */
  private static EncodedFrame lastWords(ErrorCode reason) {
    JsonObject data =
        new JsonObject()
            .put("code", reason.name())
            .put("message", reason.text())
            .put("retry", reason.retry().name());
    ThreadLocalRandom random = ThreadLocalRandom.current();
    SseText text = SseText.event();
    // Spread, so that those who were sent away together do not come back together.
    switch (reason.retry()) {
      case NOW -> text.retry(random.nextLong(250, 2_500));
      case AFTER_DELAY -> text.retry(random.nextLong(5_000, 15_000));
      case NEVER -> {}
    }
    return EncodedFrame.data(text.name("error").data(data.toString()).end());
  }

  // ---- the queue

  @Override
  public int write(EncodedFrame[] frames, int count) throws IOException {
    int taken;
    synchronized (this) {
      taken = farewell == null ? writeLocked(frames, count) : 0;
    }
    if (!sending.isEmpty()) {
      for (int i = 0; i < taken; i++) {
        sent(sending.remove(frames[i]));
      }
    }
    if (taken > 0 && frames[taken - 1].kind() == EncodedFrame.Kind.CLOSE) {
      output.complete();
    }
    return taken;
  }

  private int writeLocked(EncodedFrame[] frames, int count) throws IOException {
    int end = 0;
    while (end < count && frames[end].kind() != EncodedFrame.Kind.CLOSE) {
      end++;
    }
    int whole = 0;
    if (end > 0) {
      int out = output.write(frames, 0, end, sentOfFirst);
      whole = advance(frames, end, out);
    }
    return whole == end && end < count ? end + 1 : whole;
  }

  /**
   * Counts bytes that are out.
   *
   * @return the first frame that is not out as a whole
   */
  private int advance(EncodedFrame[] frames, int end, int outBytes) {
    int at = 0;
    int left = outBytes + sentOfFirst;
    while (at < end && left >= frames[at].bytes().length) {
      byte[] bytes = frames[at].bytes();
      left -= bytes.length;
      insideEvent = !endsWithBlankLine(bytes);
      at++;
    }
    sentOfFirst = left;
    return at;
  }

  private static boolean endsWithBlankLine(byte[] bytes) {
    return bytes.length >= 2 && bytes[bytes.length - 1] == '\n' && bytes[bytes.length - 2] == '\n';
  }

  /** On another thread: what waits for the event may send again, on any connection. */
  private void sent(CompletableFuture<Void> waiting) {
    if (waiting != null) {
      onWorker(() -> waiting.complete(null));
    }
  }

  @Override
  public void aborted(ErrorCode reason) {
    synchronized (this) {
      closing = true;
    }
    if (reason == ErrorCode.SLOW_CONSUMER) {
      leave(reason);
    } else {
      output.abort();
    }
  }

  /**
   * Gives up what is queued. The client learns the reason if it takes anything at all in the next
   * seconds, and has not got half an event: what followed would be read as a part of that.
   */
  private void leave(ErrorCode reason) {
    queue.close();
    boolean inside;
    synchronized (this) {
      inside = sentOfFirst > 0 || insideEvent;
      if (!inside) {
        farewell = new EncodedFrame[] {lastWords(reason)};
      }
    }
    if (inside) {
      output.abort();
      return;
    }
    sayFarewell();
    workers.after(FAREWELL_TIME, output::abort);
  }

  private void sayFarewell() {
    boolean lost = false;
    boolean said = false;
    synchronized (this) {
      if (farewell == null) {
        return;
      }
      try {
        int out = output.write(farewell, 0, 1, 0);
        said = out == farewell[0].bytes().length;
        lost = out > 0 && !said; // half of it: so slow a client is not waited for
      } catch (IOException e) {
        lost = true;
      }
      if (said || lost) {
        farewell = null;
      }
    }
    if (said) {
      output.complete();
    } else if (lost) {
      output.abort();
    }
  }

  // ---- the container

  @Override
  public void writePossible() {
    queue.writable();
    sayFarewell();
  }

  @Override
  public void ended() {
    queue.close();
    List<Runnable> tasks;
    synchronized (this) {
      ended = true;
      farewell = null;
      tasks = whenEnded;
      whenEnded = List.of();
    }
    for (CompletableFuture<Void> waiting : sending.values()) {
      onWorker(
          () -> waiting.completeExceptionally(new IOException("the client has left the stream")));
    }
    sending.clear();
    tasks.forEach(Runnable::run);
  }

  private void onWorker(Runnable task) {
    Executor io = workers.io();
    try {
      io.execute(task);
    } catch (RejectedExecutionException e) {
      workers.after(Duration.ZERO, task);
    }
  }

  @Override
  public String toString() {
    return "event stream of " + identity.userId();
  }
}
