package io.carillon.transport;

import io.carillon.application.LiveConnection;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.user.Identity;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.FrameWriter;
import io.carillon.hub.OutboundQueue;
import io.carillon.node.Workers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A request that waits for its answer, without a thread. The answer is written without blocking,
 * and the response never touched after its end. Any thread.
 */
public final class LongPollConnection
    implements LiveConnection, FrameWriter, StreamOutput.Listener {
  private final StreamOutput output;
  private final Identity identity;
  private final Workers workers;
  private final Duration writeDeadline;
  private final OutboundQueue queue;
  private Consumer<ErrorCode> whenClosing = reason -> {};

  // Guarded by this.
  private boolean answered;
  private boolean ended;
  private List<Runnable> whenEnded = new ArrayList<>(4);

  private int sentOfBody; // belongs to the queue's writer

  /**
   * @param maxAnswerBytes of the body
   * @param writeDeadline for the client to take the end of the answer, then it is cut off
   */
  public LongPollConnection(
      StreamOutput output,
      Identity identity,
      int maxAnswerBytes,
      Duration writeDeadline,
      Workers workers) {
    this.output = output;
    this.identity = identity;
    this.workers = workers;
    this.writeDeadline = writeDeadline;
    this.queue = new OutboundQueue(this, maxAnswerBytes + 1_024);
    output.listen(this);
  }

  /** Who makes the answer when the node wants the connection to end; set before it is opened. */
  public void whenClosing(Consumer<ErrorCode> newWhenClosing) {
    whenClosing = newWhenClosing;
  }

  /** Runs a task when the connection has ended, however that came; at once if it has. */
  public void whenEnded(Runnable task) {
    synchronized (this) {
      if (!ended) {
        whenEnded.add(task);
        return;
      }
    }
    task.run();
  }

  /**
   * Gives the answer back, for somebody else to make; this connection has ended then.
   *
   * @return false if it has begun, or is over
   */
  public boolean release() {
    return output.release();
  }

  /**
   * Sends the answer; only the first call counts.
   *
   * @param headers beside {@code Content-Length} and {@code Cache-Control}
   */
  public void answer(int status, Map<String, String> headers, byte[] body) {
    synchronized (this) {
      if (answered) {
        return;
      }
      answered = true;
    }
    Map<String, String> all = new HashMap<>(headers);
    all.put("Content-Length", Integer.toString(body.length));
    all.put("Cache-Control", "no-store");
    queue.offer(EncodedFrame.data(body), EncodedFrame.close(null));
    output.begin(status, all); // then writePossible() flushes
  }

  @Override
  public Identity identity() {
    return identity;
  }

  @Override
  public String transport() {
    return "poll";
  }

  @Override
  public OutboundQueue queue() {
    return queue;
  }

  @Override
  public void close(ErrorCode reason) {
    boolean late;
    synchronized (this) {
      late = answered;
    }
    if (!late) {
      whenClosing.accept(reason);
    } else if (reason == ErrorCode.SLOW_CONSUMER) {
      output.abort();
    } // otherwise the answer is on its way, and the next poll is refused
  }

  @Override
  public void heartbeat() {
    // Shorter than any proxy's patience.
  }

  @Override
  public int write(EncodedFrame[] frames, int count) throws IOException {
    int whole = 0;
    if (frames[0].kind() == EncodedFrame.Kind.DATA) { // the body; it is the only one
      sentOfBody += output.write(frames, 0, 1, sentOfBody);
      if (sentOfBody < frames[0].bytes().length) {
        return 0;
      }
      whole = 1;
    }
    if (whole == count) {
      return whole;
    }
    if (!output.complete()) {
      workers.after(writeDeadline, output::abort);
    }
    return whole + 1;
  }

  @Override
  public void aborted(ErrorCode reason) {
    output.abort();
  }

  @Override
  public void writePossible() {
    queue.writable();
  }

  @Override
  public void ended() {
    queue.close();
    List<Runnable> tasks;
    synchronized (this) {
      ended = true;
      answered = true;
      tasks = whenEnded;
      whenEnded = List.of();
    }
    tasks.forEach(Runnable::run);
  }

  @Override
  public String toString() {
    return "poll of " + identity.userId();
  }
}
