package io.carillon.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JointQuestionsTest {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ConcurrentLinkedQueue<List<Integer>> rounds = new ConcurrentLinkedQueue<>();
  private final CountDownLatch firstRound = new CountDownLatch(1);
  private final AtomicBoolean failing = new AtomicBoolean();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** The first round waits until the test lets it go on. */
  private JointQuestions<Integer, Integer> squares(int maxTogether) {
    return new JointQuestions<>(
        maxTogether,
        numbers -> {
          rounds.add(numbers);
          if (rounds.size() == 1) {
            awaitQuietly(firstRound);
          }
          if (failing.get()) {
            throw new IllegalStateException("asked for by the test");
          }
          return numbers.stream().map(number -> number * number).toList();
        });
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      if (!latch.await(10, SECONDS)) {
        throw new AssertionError("nobody let it go on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One who asks, and whose question is under way; then others, who all wait. */
  private List<CompletableFuture<Integer>> askWhileOneIsUnderWay(
      JointQuestions<Integer, Integer> questions, int others) {
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    answers.add(CompletableFuture.supplyAsync(() -> questions.ask(0), threads));
    await().until(() -> rounds.size() == 1);
    for (int i = 1; i <= others; i++) {
      int number = i;
      answers.add(CompletableFuture.supplyAsync(() -> questions.ask(number), threads));
    }
    await().until(() -> questions.waiting() == others);
    return answers;
  }

  @Test
  void asksTogetherForAllWhoWaited() {
    List<CompletableFuture<Integer>> answers = askWhileOneIsUnderWay(squares(1_000), 50);
    firstRound.countDown();
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).orTimeout(10, SECONDS).join()).isEqualTo(i * i);
    }
    assertThat(rounds).hasSize(2);
  }

  @Test
  void asksInRoundsOfBoundedSizeInTheOrderOfTheQuestions() {
    JointQuestions<Integer, Integer> questions = squares(20);
    List<CompletableFuture<Integer>> answers = askWhileOneIsUnderWay(questions, 50);
    firstRound.countDown();
    answers.forEach(answer -> answer.orTimeout(10, SECONDS).join());
    assertThat(rounds).extracting(List::size).containsExactly(1, 20, 20, 10);
    assertThat(questions.waiting()).isZero();
  }

  @Test
  void tellsAFailureToThoseItConcernsAndGoesOn() {
    JointQuestions<Integer, Integer> questions = squares(1_000);
    List<CompletableFuture<Integer>> answers = askWhileOneIsUnderWay(questions, 5);
    failing.set(true);
    firstRound.countDown();
    for (CompletableFuture<Integer> answer : answers) {
      assertThatThrownBy(() -> answer.orTimeout(10, SECONDS).join())
          .hasRootCauseMessage("asked for by the test");
    }
    failing.set(false);
    assertThat(questions.ask(7)).isEqualTo(49);
  }

  @Test
  void losesNobodyWhenSomeGiveUp() throws Exception {
    JointQuestions<Integer, Integer> questions = squares(3);
    CompletableFuture<Integer> first =
        CompletableFuture.supplyAsync(() -> questions.ask(0), threads);
    await().until(() -> rounds.size() == 1);
    AtomicInteger gaveUp = new AtomicInteger();
    List<Thread> impatient = new ArrayList<>();
    List<CompletableFuture<Integer>> others = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      int number = i;
      if (i % 2 == 0) {
        others.add(CompletableFuture.supplyAsync(() -> questions.ask(number), threads));
      } else {
        Thread thread =
            new Thread(
                () -> {
                  try {
                    questions.ask(number);
                  } catch (RuntimeException e) {
                    gaveUp.incrementAndGet();
                  }
                });
        impatient.add(thread);
        thread.start();
      }
    }
    await().until(() -> questions.waiting() == 40);
    impatient.forEach(Thread::interrupt);
    firstRound.countDown();
    for (Thread thread : impatient) {
      thread.join(10_000);
      assertThat(thread.isAlive()).isFalse();
    }
    assertThat(first.orTimeout(10, SECONDS).join()).isZero();
    for (int i = 0; i < others.size(); i++) {
      int number = 2 * (i + 1);
      assertThat(others.get(i).orTimeout(10, SECONDS).join()).isEqualTo(number * number);
    }
    assertThat(gaveUp.get()).isPositive();
    assertThat(questions.waiting()).isZero();
    assertThat(questions.ask(7)).isEqualTo(49);
  }
}
