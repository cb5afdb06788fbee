package io.carillon.log;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.bus.Bus;
import io.carillon.bus.BusListener;
import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.LogCommand;
import io.carillon.domain.message.LogOutcome;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import io.carillon.node.Metrics;
import io.carillon.node.ThreadWorkers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MessageLogTest {
  private static final ChannelKey GENERAL = new ChannelKey("demo", new ChannelName("general"));
  private static final Identity BOB =
      new Identity(
          "demo",
          new UserId("bob"),
          "Bob",
          "",
          OrganizationRole.MEMBER,
          "",
          Instant.MAX,
          Identity.Kind.USER);

  private final ThreadWorkers workers = new ThreadWorkers();
  private final Semaphore commits = new Semaphore(0);
  private final List<List<LogCommand>> batches = new CopyOnWriteArrayList<>();
  private final AtomicLong offset = new AtomicLong();
  private volatile RuntimeException failure;

  /** What happened, in order: published offsets and answered ones. */
  private final List<String> events = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    workers.close();
  }

  private MessageLog log(Map<String, String> settings) {
    MessageRepository repository =
        (MessageRepository)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {MessageRepository.class},
                (proxy, method, arguments) -> {
                  if (!method.getName().equals("append")) {
                    throw new UnsupportedOperationException(method.getName());
                  }
                  @SuppressWarnings("unchecked")
                  List<LogCommand> batch = (List<LogCommand>) arguments[0];
                  return append(batch);
                });
    MessageLog log =
        new MessageLog(
            repository,
            new RecordingBus(),
            workers,
            new Metrics(new SimpleMeterRegistry()),
            Settings.of(settings));
    log.start();
    return log;
  }

  private List<LogOutcome> append(List<LogCommand> batch) throws InterruptedException {
    batches.add(List.copyOf(batch));
    commits.acquire();
    if (failure != null) {
      throw failure;
    }
    List<LogOutcome> outcomes = new ArrayList<>();
    for (LogCommand command : batch) {
      LogCommand.Send send = (LogCommand.Send) command;
      outcomes.add(
          send.name().equals("bad")
              ? new LogOutcome.Refused(new RealtimeException(ErrorCode.FORBIDDEN, "no"))
              : new LogOutcome.Stored(publication(send)));
    }
    return outcomes;
  }

  private Publication publication(LogCommand.Send send) {
    long next = offset.incrementAndGet();
    return new Publication(
        send.channel(),
        ChannelKind.CHAT,
        "k3",
        next,
        next,
        Publication.Change.CREATED,
        send.id(),
        send.name(),
        send.payload(),
        "bob",
        "Bob",
        "",
        send.clientId(),
        1,
        0,
        1,
        InboxState.NEW);
  }

  private final class RecordingBus implements Bus {
    @Override
    public void publish(List<? extends ChannelEvent> published) {
      for (ChannelEvent event : published) {
        events.add("published " + ((Publication) event).revision());
      }
    }

    @Override
    public void announce(RightsChange change) {}

    @Override
    public CompletionStage<Void> subscribe(ChannelKey channel) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void unsubscribe(ChannelKey channel) {}

    @Override
    public boolean isConnected() {
      return true;
    }

    @Override
    public void listen(BusListener listener) {}
  }

  private static LogCommand send(String name) {
    return new LogCommand.Send(GENERAL, BOB, "id", name, "1", "");
  }

  private CompletableFuture<LogOutcome> submit(MessageLog log, String name) {
    return log.submit(send(name))
        .thenApply(
            outcome -> {
              if (outcome instanceof LogOutcome.Stored stored) {
                events.add("answered " + stored.publication().revision());
              }
              return outcome;
            })
        .toCompletableFuture();
  }

  @Test
  void storesAsOneWhatCameWhileTheLastCommitRan() {
    MessageLog log = log(Map.of("CARILLON_LOG_WRITERS", "1"));
    CompletableFuture<LogOutcome> first = submit(log, "a");
    await().until(() -> batches.size() == 1);
    List<CompletableFuture<LogOutcome>> rest = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      rest.add(submit(log, "b"));
    }
    commits.release(2);
    first.orTimeout(10, SECONDS).join();
    rest.forEach(answer -> answer.orTimeout(10, SECONDS).join());
    assertThat(batches).hasSize(2);
    assertThat(batches.get(0)).hasSize(1);
    assertThat(batches.get(1)).hasSize(10);
  }

  @Test
  void answersAndPublishesNothingBeforeTheCommit() {
    MessageLog log = log(Map.of());
    CompletableFuture<LogOutcome> answer = submit(log, "a");
    await().until(() -> batches.size() == 1);
    assertThat(answer).isNotDone();
    assertThat(events).isEmpty();
    commits.release();
    answer.orTimeout(10, SECONDS).join();
    assertThat(events).containsExactly("published 1", "answered 1");
  }

  @Test
  void refusesOneOfABatchAndStoresTheOthers() {
    MessageLog log = log(Map.of());
    commits.release(3);
    CompletableFuture<LogOutcome> good = submit(log, "a");
    CompletableFuture<LogOutcome> bad = submit(log, "bad");
    CompletableFuture<LogOutcome> alsoGood = submit(log, "c");
    assertThat(good.orTimeout(10, SECONDS).join()).isInstanceOf(LogOutcome.Stored.class);
    assertThat(bad.orTimeout(10, SECONDS).join()).isInstanceOf(LogOutcome.Refused.class);
    assertThat(alsoGood.orTimeout(10, SECONDS).join()).isInstanceOf(LogOutcome.Stored.class);
  }

  @Test
  void answersOverloadedWhenTheDatabaseFailsAndGoesOn() {
    MessageLog log = log(Map.of());
    failure = new IllegalStateException("connection lost");
    commits.release(1);
    LogOutcome refused = submit(log, "a").orTimeout(10, SECONDS).join();
    assertThat(((LogOutcome.Refused) refused).reason().code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(events).isEmpty();
    failure = null;
    commits.release(1);
    assertThat(submit(log, "a").orTimeout(10, SECONDS).join())
        .isInstanceOf(LogOutcome.Stored.class);
  }

  /** Or each would wait for a time limit of its own, one after the other. */
  @Test
  void refusesWhatWaitsTogetherWithWhatFailedForWantOfADatabase() {
    MessageLog log = log(Map.of("CARILLON_LOG_WRITERS", "1"));
    failure = new IllegalStateException(new SQLException("connection lost", "08006"));
    List<CompletableFuture<LogOutcome>> answers = new ArrayList<>();
    answers.add(submit(log, "begun"));
    await().until(() -> batches.size() == 1);
    answers.add(submit(log, "waits"));
    answers.add(submit(log, "waits"));
    commits.release(1);
    for (CompletableFuture<LogOutcome> answer : answers) {
      LogOutcome refused = answer.orTimeout(10, SECONDS).join();
      assertThat(((LogOutcome.Refused) refused).reason().code()).isEqualTo(ErrorCode.OVERLOADED);
    }
    assertThat(batches).hasSize(1);
    failure = null;
    commits.release(1);
    assertThat(submit(log, "a").orTimeout(10, SECONDS).join())
        .isInstanceOf(LogOutcome.Stored.class);
  }

  @Test
  void refusesAtOnceWhatItHasNoRoomFor() {
    MessageLog log = log(Map.of("CARILLON_LOG_WRITERS", "1", "CARILLON_LOG_QUEUE_ENTRIES", "100"));
    submit(log, "a");
    await().until(() -> batches.size() == 1);
    List<CompletableFuture<LogOutcome>> answers = new ArrayList<>();
    for (int i = 0; i < 101; i++) {
      answers.add(submit(log, "b"));
    }
    assertThat(answers.subList(0, 100)).noneMatch(CompletableFuture::isDone);
    LogOutcome refused = answers.get(100).join();
    assertThat(((LogOutcome.Refused) refused).reason().code()).isEqualTo(ErrorCode.OVERLOADED);
    commits.release(10);
    answers.forEach(answer -> answer.orTimeout(10, SECONDS).join());
  }

  @Test
  void keepsTheOrderOfAChannel() {
    MessageLog log = log(Map.of());
    commits.release(1_000_000);
    List<CompletableFuture<LogOutcome>> answers = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      answers.add(submit(log, "m"));
    }
    for (int i = 0; i < 1_000; i++) {
      LogOutcome outcome = answers.get(i).orTimeout(10, SECONDS).join();
      assertThat(((LogOutcome.Stored) outcome).publication().revision()).isEqualTo(i + 1);
    }
  }
}
