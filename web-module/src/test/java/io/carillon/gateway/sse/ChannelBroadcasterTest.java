package io.carillon.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.bus.LoopbackBus;
import io.carillon.config.Settings;
import io.carillon.domain.message.MessageRepository;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.Hub;
import io.carillon.node.Metrics;
import io.carillon.transport.FakeOutput;
import io.carillon.transport.SseConnection;
import io.carillon.transport.StreamEvent;
import io.carillon.transport.StreamOutput;
import io.carillon.transport.TestWorkers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChannelBroadcasterTest {
  private static final int MAX_QUEUED = 16_384;

  private final TestWorkers workers = new TestWorkers();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Settings settings =
      Settings.of(Map.of("CARILLON_QUEUE_BYTES", Integer.toString(MAX_QUEUED)));
  private final Hub hub =
      new Hub(
          new LoopbackBus(), emptyLog(), workers, new Metrics(meters), settings, askers -> askers);
  private final Broadcasters registry = new Broadcasters(null, hub, workers, settings);
  private final List<SseEventSink> closed = new CopyOnWriteArrayList<>();
  private final List<SseEventSink> failed = new CopyOnWriteArrayList<>();
  private ChannelBroadcaster broadcaster;

  /** Of channels without a log, which is all there is here. */
  private static MessageRepository emptyLog() {
    return (MessageRepository)
        Proxy.newProxyInstance(
            MessageRepository.class.getClassLoader(),
            new Class<?>[] {MessageRepository.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("ends")) {
                return Map.of();
              }
              throw new UnsupportedOperationException(method.getName());
            });
  }

  /** A stream and its client. */
  private final class Client {
    final FakeOutput output = new FakeOutput();
    final SseConnection connection;

    Client(String user) {
      connection = new SseConnection(output, Events.identity(user), MAX_QUEUED, workers);
      connection.begin();
    }

    Client register() {
      broadcaster.register(connection);
      return this;
    }

    String text() {
      return output.text();
    }
  }

  /** A client that takes everything, and leaves while others write to it. */
  private static final class Passing implements StreamOutput {
    private Listener listener;

    void leave() {
      listener.ended();
    }

    @Override
    public void listen(Listener newListener) {
      listener = newListener;
    }

    @Override
    public boolean begin(int status, Map<String, String> headers) {
      return true;
    }

    @Override
    public int write(EncodedFrame[] frames, int from, int end, int skip) {
      int length = -skip;
      for (int i = from; i < end; i++) {
        length += frames[i].bytes().length;
      }
      return length;
    }

    @Override
    public boolean complete() {
      return true;
    }

    @Override
    public boolean isClientLost() {
      return false;
    }

    @Override
    public void abort() {}

    @Override
    public boolean release() {
      return false;
    }
  }

  @BeforeEach
  void start() {
    hub.start();
    broadcaster = new ChannelBroadcaster(Events.GENERAL, registry);
    broadcaster.onClose(closed::add);
    broadcaster.onError((sink, failure) -> failed.add(sink));
  }

  @AfterEach
  void stop() {
    workers.close();
  }

  private static StreamEvent event(String data) {
    return StreamEvent.builder().name("n").data(data).build();
  }

  /** In the channel, for whoever listens there. */
  private void happens(String payload) {
    hub.onEvent(Events.unlogged(payload));
  }

  // ---- what reaches whom

  @Test
  void bringsWhatIsBroadcastToEachStreamOnce() {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      clients.add(new Client("user" + i).register());
    }
    broadcaster.register(clients.get(0).connection);

    assertThat(broadcaster.broadcast(event("hello")).toCompletableFuture()).isCompleted();

    assertThat(broadcaster.size()).isEqualTo(10);
    assertThat(clients)
        .allSatisfy(client -> assertThat(client.text()).isEqualTo("event: n\ndata: hello\n\n"));
  }

  @Test
  void bringsWhatHappensInTheChannelToStreams() {
    Client bob = new Client("bob").register();

    happens("\"hello\"");

    await().until(() -> bob.text().contains("\"content\":\"hello\""));
  }

  @Test
  void bringsASinkOfTheContainerOnlyWhatIsBroadcast() {
    Client bob = new Client("bob").register();
    FakeSink foreign = new FakeSink().sendingAtOnce();
    broadcaster.register(foreign);
    happens("\"in the channel\"");
    await().until(() -> bob.text().contains("in the channel"));

    broadcaster.broadcast(event("broadcast"));

    assertThat(foreign.data()).containsExactly("broadcast");
  }

  @Test
  void bringsASinkWithAUserWhatHappensButHisOwnTyping() {
    FakeSink foreign = new FakeSink().sendingAtOnce();
    broadcaster.register(foreign, Events.identity("bob"));

    hub.onEvent(Events.typing("bob"));
    hub.onEvent(Events.typing("carol"));
    happens("\"hello\"");

    await().until(() -> foreign.events.size() == 2);
    assertThat(foreign.events.get(0).getName()).isEqualTo("typing:update");
    assertThat((String) foreign.events.get(0).getData()).contains("carol");
    assertThat((String) foreign.events.get(1).getData()).contains("hello");
  }

  @Test
  void refusesAnEventThatWouldBreakTheStreamAndSendsNothing() {
    Client bob = new Client("bob").register();

    assertThatThrownBy(
            () -> broadcaster.broadcast(StreamEvent.builder().name("a\nb").data("d").build()))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(bob.text()).isEmpty();
  }

  // ---- those that end

  @Test
  void closesOneThatFallsBehindAndDelaysNobody() {
    Client slow = new Client("slow").register();
    Client bob = new Client("bob").register();
    FakeSink stuck = new FakeSink();
    broadcaster.register(stuck);
    slow.output.takeNothing();
    int count = 2 * MAX_QUEUED / 1_000;

    for (int i = 0; i < count; i++) {
      broadcaster.broadcast(event("x".repeat(1_000)));
    }

    assertThat(bob.output.stream().events()).hasSize(count);
    await().untilAsserted(() -> assertThat(failed).hasSize(2));
    assertThat(failed).containsExactlyInAnyOrder(slow.connection, stuck);
    assertThat(stuck.closed).isTrue();
    assertThat(slow.connection.isClosed()).isTrue();
    // Of an own stream the end is told when it has had the time to take its last words.
    slow.output.takeMore(Integer.MAX_VALUE);
    await().untilAsserted(() -> assertThat(closed).hasSize(2));
    assertThat(closed).containsExactlyInAnyOrder(slow.connection, stuck);
    assertThat(broadcaster.size()).isEqualTo(1);
  }

  @Test
  void tellsOfASinkThatFails() {
    FakeSink foreign = new FakeSink();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    broadcaster.onError((sink, failure) -> failures.add(failure));
    broadcaster.register(foreign, Events.identity("bob"));
    broadcaster.broadcast(event("1"));
    IOException gone = new IOException("gone");

    foreign.failNext(gone);

    await().untilAsserted(() -> assertThat(closed).containsExactly(foreign));
    assertThat(failures).containsExactly(gone);
    assertThat(foreign.closed).isTrue();
    assertThat(broadcaster.size()).isZero();
    awaitNobodyListens();
  }

  private void awaitNobodyListens() {
    await()
        .untilAsserted(
            () -> assertThat(meters.get("carillon.subscriptions").gauge().value()).isZero());
  }

  @Test
  void forgetsAStreamThatItsClientLeaves() {
    Client bob = new Client("bob").register();
    assertThat(registry.size()).isEqualTo(1);

    bob.output.endByContainer();

    assertThat(broadcaster.size()).isZero();
    assertThat(registry.size()).isZero();
    await().untilAsserted(() -> assertThat(closed).containsExactly(bob.connection));
    assertThat(failed).isEmpty();
    awaitNobodyListens();
  }

  @Test
  void takesNoPartInAStreamThatHadEndedBefore() {
    Client bob = new Client("bob");
    bob.output.endByContainer();

    bob.register();

    assertThat(broadcaster.size()).isZero();
    assertThat(registry.size()).isZero();
    awaitNobodyListens();
  }

  @Test
  void callsListenersHoweverOneOfThemFails() {
    broadcaster.onClose(
        sink -> {
          throw new IllegalStateException("a listener's fault");
        });
    AtomicInteger after = new AtomicInteger();
    broadcaster.onClose(sink -> after.incrementAndGet());
    Client bob = new Client("bob").register();
    Client carol = new Client("carol").register();

    bob.output.endByContainer();
    carol.output.endByContainer();

    await().untilAsserted(() -> assertThat(after).hasValue(2));
    assertThat(closed).containsExactly(bob.connection, carol.connection);
  }

  // ---- its own end

  @Test
  void closesItsSinksAndTakesNothingMore() {
    Client bob = new Client("bob").register();
    FakeSink foreign = new FakeSink().sendingAtOnce();
    broadcaster.register(foreign);

    broadcaster.close();

    assertThat(bob.output.completed).isTrue();
    assertThat(foreign.closed).isTrue();
    assertThatThrownBy(() -> broadcaster.broadcast(event("late")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> broadcaster.register(new Client("carol").connection))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> broadcaster.register(new FakeSink()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(registry.size()).isZero();
    await().untilAsserted(() -> assertThat(closed).hasSize(2));
    awaitNobodyListens();
  }

  @Test
  void leavesSinksOpenAndSilentWhereThatIsAskedFor() {
    Client bob = new Client("bob").register();
    FakeSink foreign = new FakeSink().sendingAtOnce();
    broadcaster.register(foreign);

    broadcaster.close(false);
    awaitNobodyListens();

    assertThat(bob.connection.isClosed()).isFalse();
    assertThat(foreign.closed).isFalse();
    assertThat(bob.text()).isEmpty();
    assertThat(foreign.events).isEmpty();
  }

  @Test
  void staysForThoseWhoAskedForItUntilItIsClosed() {
    ChannelBroadcaster kept = registry.of(Events.GENERAL);
    broadcaster = kept;
    Client bob = new Client("bob").register();
    bob.output.endByContainer();
    assertThat(registry.of(Events.GENERAL)).isSameAs(kept);

    kept.close();

    assertThat(registry.size()).isZero();
    assertThat(registry.of(Events.GENERAL)).isNotSameAs(kept);
  }

  @Test
  void losesNobodyWhereStreamsComeAndGoAtOnce() throws Exception {
    ChannelBroadcaster kept = registry.of(Events.GENERAL);
    broadcaster = kept;
    AtomicInteger ends = new AtomicInteger();
    kept.onClose(sink -> ends.incrementAndGet());
    int threads = 4;
    int each = 500;
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService crowd = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        String user = "user" + i;
        work.add(
            crowd.submit(
                () -> {
                  start.await();
                  for (int n = 0; n < each; n++) {
                    Passing output = new Passing();
                    kept.register(
                        new SseConnection(output, Events.identity(user), MAX_QUEUED, workers));
                    kept.broadcast(event("x"));
                    output.leave();
                  }
                  return null;
                }));
      }
      start.countDown();
      for (Future<?> done : work) {
        done.get(30, TimeUnit.SECONDS);
      }
    } finally {
      crowd.shutdownNow();
    }

    await().untilAsserted(() -> assertThat(ends).hasValue(threads * each));
    assertThat(kept.size()).isZero();
    awaitNobodyListens();
  }
}
