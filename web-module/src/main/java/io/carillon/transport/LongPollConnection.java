package io.carillon.transport;

import io.carillon.application.LiveConnection;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.user.Identity;
import io.carillon.hub.OutboundQueue;
import io.carillon.node.Workers;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** A poll that waits for its answer, as the node keeps it. Any thread. */
public final class LongPollConnection implements LiveConnection {
  private final WaitingAnswer answer;
  private final Identity identity;
  private Consumer<ErrorCode> whenClosing = reason -> {};

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
    this.answer = new WaitingAnswer(output, maxAnswerBytes, writeDeadline, workers);
    this.identity = identity;
  }

  /** Who makes the answer when the node wants the connection to end; set before it is opened. */
  public void whenClosing(Consumer<ErrorCode> newWhenClosing) {
    whenClosing = newWhenClosing;
  }

  /** As {@link WaitingAnswer#whenEnded}. */
  public void whenEnded(Runnable task) {
    answer.whenEnded(task);
  }

  /** As {@link WaitingAnswer#release}. */
  public boolean release() {
    return answer.release();
  }

  /** As {@link WaitingAnswer#answer}. */
  public void answer(int status, Map<String, String> headers, byte[] body) {
    answer.answer(status, headers, body);
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
    return answer.queue();
  }

  @Override
  public void close(ErrorCode reason) {
    if (!answer.isAnswered()) {
      whenClosing.accept(reason);
    } else if (reason == ErrorCode.SLOW_CONSUMER) {
      answer.abort();
    } // otherwise the answer is on its way, and the next poll is refused
  }

  @Override
  public void heartbeat() {
    // Shorter than any proxy's patience.
  }

  @Override
  public String toString() {
    return "poll of " + identity.userId();
  }
}
