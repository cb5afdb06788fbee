package io.carillon.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.node.Workers;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.TimeoutHandler;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AnswersTest {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private boolean workersAreTaken;
  private final Answers answers = new Answers(new TasksAtHand());

  private final List<Object> resumed = new ArrayList<>();
  private Duration timeout;
  private TimeoutHandler onTimeout;
  private final AsyncResponse response = asyncResponse();

  private final class TasksAtHand implements Workers {
    @Override
    public Executor io() {
      return task -> {
        if (workersAreTaken) {
          throw new RejectedExecutionException("test");
        }
        tasks.add(task);
      };
    }

    @Override
    public void start(String name, Runnable loop) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void every(Duration period, Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void after(Duration delay, Runnable task) {
      throw new UnsupportedOperationException();
    }
  }

  private AsyncResponse asyncResponse() {
    return (AsyncResponse)
        Proxy.newProxyInstance(
            AsyncResponse.class.getClassLoader(),
            new Class<?>[] {AsyncResponse.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "resume" -> resumed.add(arguments[0]);
                  case "setTimeout" -> {
                    timeout =
                        Duration.of((long) arguments[0], ((TimeUnit) arguments[1]).toChronoUnit());
                    yield true;
                  }
                  case "setTimeoutHandler" -> {
                    onTimeout = (TimeoutHandler) arguments[0];
                    yield null;
                  }
                  default -> throw new AssertionError(method);
                });
  }

  private static Response created(String value) {
    return Response.status(201).entity(value).build();
  }

  @Test
  void answersOnAWorkerAndNotOnTheThreadThatHasTheResult() {
    CompletableFuture<String> result = new CompletableFuture<>();
    answers.answer(response, result, AnswersTest::created);
    result.complete("x");
    assertThat(resumed).isEmpty();
    tasks.remove().run();
    assertThat(resumed).hasSize(1);
    assertThat(((Response) resumed.get(0)).getStatus()).isEqualTo(201);
  }

  @Test
  void handsAFailureToTheMapper() {
    RealtimeException refusal = new RealtimeException(ErrorCode.FORBIDDEN, "x");
    answers.answer(response, CompletableFuture.failedFuture(refusal), AnswersTest::created);
    tasks.remove().run();
    assertThat(resumed).containsExactly(refusal);
  }

  @Test
  void handsTheFailureOfAnAnswersMakingToTheMapper() {
    IllegalStateException failure = new IllegalStateException("x");
    answers.answer(
        response,
        CompletableFuture.completedFuture("x"),
        value -> {
          throw failure;
        });
    tasks.remove().run();
    assertThat(resumed).containsExactly(failure);
  }

  @Test
  void saysOverloadedAfterTenSeconds() {
    answers.answer(response, new CompletableFuture<String>(), AnswersTest::created);
    assertThat(timeout).isEqualTo(Duration.ofSeconds(10));
    onTimeout.handleTimeout(response);
    assertThat(resumed)
        .singleElement()
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
  }

  @Test
  void leavesTheAnswerToTheTimeLimitWhenNoWorkerIsFree() {
    workersAreTaken = true;
    CompletableFuture<String> result = new CompletableFuture<>();
    answers.answer(response, result, AnswersTest::created);
    result.complete("x"); // on the log's thread, which must not write to a client
    assertThat(resumed).isEmpty();
    assertThat(timeout).isNotNull();
  }
}
