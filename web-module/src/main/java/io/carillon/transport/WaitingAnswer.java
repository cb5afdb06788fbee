package io.carillon.transport;

import io.carillon.domain.error.ErrorCode;
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

/**
 * The answer to a request that waits for it without a thread. It is written without blocking, and
 * the response never touched after its end. Any thread.
 */
public final class WaitingAnswer implements FrameWriter, StreamOutput.Listener {
  private final StreamOutput output;
  private final Workers workers;
  private final Duration writeDeadline;
  private final OutboundQueue queue;

  // Guarded by this.
  private boolean answered;
  private boolean ended;
  private List<Runnable> whenEnded = new ArrayList<>(4);

  private int sentOfBody; // belongs to the queue's writer

  /**
   * @param maxAnswerBytes of the body
   * @param writeDeadline for the client to take the end of the answer, then it is cut off
   */
  public WaitingAnswer(
      StreamOutput output, int maxAnswerBytes, Duration writeDeadline, Workers workers) {
    this.output = output;
    this.workers = workers;
    this.writeDeadline = writeDeadline;
    this.queue = new OutboundQueue(this, maxAnswerBytes + 1_024);
    output.listen(this);
  }

  /** Runs a task when the answer has ended, however that came; at once if it has. */
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
   * Gives the answer back, for somebody else to make; it has ended here then.
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

  public synchronized boolean isAnswered() {
    return answered;
  }

  /** The body; empty before the answer. */
  OutboundQueue queue() {
    return queue;
  }

  /** Ends it at once, for a client that takes nothing. */
  public void abort() {
    output.abort();
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
}
