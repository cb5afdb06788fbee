package io.carillon.facade;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.UserId;
import io.carillon.node.Workers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ObserverCallsTest {
  private static final ChannelKey GENERAL = new ChannelKey("demo", new ChannelName("general"));

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final HandWorkers workers = new HandWorkers();
  private final List<Object> heard = new ArrayList<>();

  /** Does what it is given when told. */
  private static final class HandWorkers implements Workers {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Queue<Runnable> later = new ArrayDeque<>();
    private boolean full;

    @Override
    public Executor io() {
      return task -> {
        if (full) {
          throw new RejectedExecutionException();
        }
        tasks.add(task);
      };
    }

    void runAll() {
      while (!tasks.isEmpty()) {
        tasks.remove().run();
      }
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
      later.add(task);
    }
  }

  private ObserverCalls calls(List<Consumer<Object>> observers) {
    return new ObserverCalls(sample -> observers, workers, meters);
  }

  private static Publication message(long offset) {
    return new Publication(
        GENERAL,
        ChannelKind.CHAT,
        "k3",
        offset,
        offset,
        Publication.Change.CREATED,
        "id" + offset,
        "message",
        "\"hello\"",
        "bob",
        "Bob",
        "",
        "",
        1,
        0,
        1,
        InboxState.NEW);
  }

  private double dropped() {
    return meters.get("carillon.observers.dropped").counter().count();
  }

  @Test
  void callsNobodyOnTheThreadThatBringsTheEvent() {
    ObserverCalls calls = calls(List.of(heard::add));
    calls.onEvents(List.of(message(1), message(2)));
    calls.onPresence("demo", new UserId("bob"), true);
    assertThat(heard).isEmpty();
    assertThat(workers.tasks).hasSize(1);
    workers.runAll();
    assertThat(heard).containsExactly(event(1), event(2), new PresenceEvent("demo", "bob", true));
  }

  private static MessageEvent event(long offset) {
    return new MessageEvent(
        "demo",
        "general",
        MessageEvent.Change.CREATED,
        "id" + offset,
        offset,
        offset,
        "message",
        "\"hello\"",
        "bob",
        "Bob",
        "",
        1);
  }

  @Test
  void makesNothingWhereNobodyObserves() {
    ObserverCalls calls = calls(List.of());
    calls.onEvents(List.of(message(1)));
    calls.onPresence("demo", new UserId("bob"), true);
    assertThat(workers.tasks).isEmpty();
  }

  @Test
  void tellsOfMembersAndOfNoOtherSignals() {
    ObserverCalls calls = calls(List.of(heard::add));
    calls.onEvents(
        List.of(
            new Signal(GENERAL, Signal.Type.TYPING, "{}", "bob"),
            new Signal(
                GENERAL,
                Signal.Type.MEMBER_ADDED,
                "{\"channelId\":\"general\",\"userId\":\"eve\",\"role\":\"WRITER\"}",
                "bob")));
    workers.runAll();
    assertThat(heard)
        .containsExactly(new MemberEvent("demo", "general", "eve", "WRITER", true, "bob"));
  }

  @Test
  void callsTheOthersAfterOneThatFails() {
    Consumer<Object> failing =
        event -> {
          throw new IllegalStateException("test");
        };
    ObserverCalls calls = calls(List.of(failing, heard::add));
    calls.onEvents(List.of(message(1), message(2)));
    workers.runAll();
    assertThat(heard).containsExactly(event(1), event(2));
  }

  @Test
  void dropsAndCountsWhatIsTooMuch() {
    ObserverCalls calls = calls(List.of(heard::add));
    for (int i = 1; i <= 10_050; i++) {
      calls.onEvents(List.of(message(i)));
    }
    workers.runAll();
    assertThat(dropped()).isEqualTo(50);
    assertThat(heard).hasSize(10_000).startsWith(event(1)).endsWith(event(10_000));
  }

  @Test
  void goesOnWhenAThreadIsFreeAgain() {
    ObserverCalls calls = calls(List.of(heard::add));
    workers.full = true;
    calls.onEvents(List.of(message(1)));
    workers.full = false;
    calls.onEvents(List.of(message(2)));
    assertThat(workers.tasks).isEmpty();
    workers.later.remove().run();
    workers.runAll();
    assertThat(heard).containsExactly(event(1), event(2));
  }
}
