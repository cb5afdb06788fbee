package io.carillon.node;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Asks the database once for what several threads want to know at the same time. Who asks alone is
 * answered at once; who asks while a question is under way waits for its end, and is then asked for
 * together with all others who wait. So the more threads ask, the less each answer costs. An answer
 * is never older than its question. For any thread.
 *
 * @param <Q> what is asked
 * @param <A> what is answered
 */
public final class JointQuestions<Q, A> {
  private static final Duration MAX_WAIT = Duration.ofSeconds(5);

  private enum Turn {
    /** The answer or failure is there. */
    ANSWERED,
    /** The first of those who wait asks for all. */
    ASK,
    /** Has waited too long, and is not there any more. */
    GONE
  }

  private static final class Asked<Q, A> {
    final Q question;
    final CompletableFuture<Turn> turn = new CompletableFuture<>();
    A answer; // written before the turn is
    RuntimeException failure;

    Asked(Q question) {
      this.question = question;
    }
  }

  private final int maxTogether;
  private final Function<List<Q>, List<A>> answerer;

  // Guarded by this.
  private final Queue<Asked<Q, A>> waiting = new ArrayDeque<>();
  private boolean asking;

  /**
   * @param maxTogether questions that are asked together at most
   * @param answerer gives the answers in the order of the questions; its failure is that of all
   *     whom it asked for. It must not join the transaction of the thread that calls it.
   */
  public JointQuestions(int maxTogether, Function<List<Q>, List<A>> answerer) {
    this.maxTogether = maxTogether;
    this.answerer = answerer;
  }

  /**
   * Waits for the answer.
   *
   * @throws RealtimeException with {@code OVERLOADED} after five seconds
   * @throws RuntimeException that of the answerer
   */
  public A ask(Q question) {
    Asked<Q, A> mine = new Asked<>(question);
    boolean first;
    synchronized (this) {
      waiting.add(mine);
      first = !asking;
      asking = true;
    }
    if (first || turnOf(mine) == Turn.ASK) {
      askForAll();
    }
    if (mine.failure != null) {
      throw mine.failure;
    }
    return mine.answer;
  }

  /** Questions that wait for the next round. */
  synchronized int waiting() {
    return waiting.size();
  }

  private Turn turnOf(Asked<Q, A> mine) {
    try {
      return mine.turn.get(MAX_WAIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // as below
    }
    if (mine.turn.complete(Turn.GONE)) {
      synchronized (this) {
        waiting.remove(mine);
      }
      throw new RealtimeException(ErrorCode.OVERLOADED, "no answer from the database");
    }
    return mine.turn.join(); // it came at this moment
  }

  private void askForAll() {
    List<Asked<Q, A>> together = new ArrayList<>();
    synchronized (this) {
      while (!waiting.isEmpty() && together.size() < maxTogether) {
        together.add(waiting.remove());
      }
    }
    try {
      List<A> answers = answerer.apply(together.stream().map(asked -> asked.question).toList());
      for (int i = 0; i < together.size(); i++) {
        together.get(i).answer = answers.get(i);
      }
    } catch (RuntimeException e) {
      together.forEach(asked -> asked.failure = e);
    } catch (Error e) {
      together.forEach(asked -> asked.failure = new IllegalStateException(e));
      throw e;
    } finally {
      together.forEach(asked -> asked.turn.complete(Turn.ANSWERED));
      passOn();
    }
  }

  private void passOn() {
    Asked<Q, A> next;
    do {
      synchronized (this) {
        next = waiting.peek();
        asking = next != null;
        if (next != null && next.turn.isDone()) {
          waiting.remove(); // gone, and about to remove itself
        }
      }
    } while (next != null && !next.turn.complete(Turn.ASK));
  }
}
