package io.carillon.hub;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.bus.BusListener;
import io.carillon.bus.LoopbackBus;
import io.carillon.config.Settings;
import io.carillon.domain.channel.Asker;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import io.carillon.node.Metrics;
import io.carillon.node.ThreadWorkers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HubTest {
  private static final ChannelKey GENERAL = new ChannelKey("demo", new ChannelName("general"));

  private record TextEncoder(AtomicInteger calls) implements PublicationEncoder {
    @Override
    public Optional<EncodedFrame> encode(ChannelEvent event) {
      calls.incrementAndGet();
      if (event instanceof Publication publication) {
        return Optional.of(EncodedFrame.data(publication.revision() + ":" + publication.change()));
      }
      return Optional.of(EncodedFrame.data(((Signal) event).type().event()));
    }
  }

  private static class Client implements Subscriber, FrameWriter {
    final ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<ErrorCode> ended = new ConcurrentLinkedQueue<>();
    final OutboundQueue queue;
    final PublicationEncoder encoder;
    final String user;
    volatile boolean stalled;

    Client(String user, PublicationEncoder encoder, int queueBytes) {
      this.user = user;
      this.encoder = encoder;
      this.queue = new OutboundQueue(this, queueBytes);
    }

    @Override
    public Identity identity() {
      return new Identity(
          "demo",
          new UserId(user),
          user,
          "",
          OrganizationRole.MEMBER,
          "",
          Instant.MAX,
          Identity.Kind.USER);
    }

    @Override
    public PublicationEncoder encoder() {
      return encoder;
    }

    @Override
    public OutboundQueue queue() {
      return queue;
    }

    @Override
    public void ended(Subscription subscription, ErrorCode reason) {
      ended.add(reason);
    }

    @Override
    public int write(EncodedFrame[] frames, int count) {
      if (stalled) {
        return 0;
      }
      for (int i = 0; i < count; i++) {
        got.add(frames[i].text());
      }
      return count;
    }

    @Override
    public void aborted(ErrorCode reason) {
      ended.add(reason);
    }

    void readOn() {
      stalled = false;
      queue.writable();
    }

    List<Long> revisions() {
      return got.stream()
          .map(text -> Long.parseLong(text.substring(0, text.indexOf(':'))))
          .toList();
    }
  }

  private final ThreadWorkers threads = new ThreadWorkers();
  private final MemoryLog log = new MemoryLog();
  private final LoopbackBus bus = new LoopbackBus();
  private final AtomicInteger encodings = new AtomicInteger();
  private final TextEncoder encoder = new TextEncoder(encodings);
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private final AtomicInteger questions = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final Metrics metrics = new Metrics(new SimpleMeterRegistry());
  private Hub hub;

  @BeforeEach
  void start() {
    Settings settings =
        Settings.of(Map.of("CARILLON_HUB_SWEEP_INTERVAL", "200ms", "CARILLON_RESUME_PAGE", "10"));
    hub = new Hub(bus, log, threads, metrics, settings, this::readersAmong);
    hub.start();
    bus.listen(
        new BusListener() {
          @Override
          public void onEvent(ChannelEvent event) {
            hub.onEvent(event);
          }

          @Override
          public void onRightsChange(RightsChange change) {
            hub.onRightsChange(change);
          }

          @Override
          public void onReconnected() {
            hub.onReconnected();
          }
        });
  }

  private Set<Asker> readersAmong(Set<Asker> askers) {
    questions.incrementAndGet();
    if (unanswered.getAndDecrement() > 0) {
      throw new IllegalStateException("asked for by the test");
    }
    return askers.stream()
        .filter(asker -> !refused.contains(asker.who().userId().value()))
        .collect(Collectors.toSet());
  }

  @AfterEach
  void stop() {
    threads.close();
  }

  private Client client(String user) {
    return new Client(user, encoder, 1 << 20);
  }

  private Client joined(String user, long from) {
    Client client = client(user);
    hub.subscribe(GENERAL, from, client).live().toCompletableFuture().orTimeout(10, SECONDS).join();
    return client;
  }

  private void publish(int messages) {
    for (int i = 0; i < messages; i++) {
      bus.publish(List.of(log.add(GENERAL)));
    }
  }

  private static List<Long> oneTo(long n) {
    List<Long> numbers = new ArrayList<>();
    for (long i = 1; i <= n; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  @Test
  void bringsWhatWasMissedAndThenWhatHappens() {
    publish(35);
    Client client = joined("alice", 0);
    publish(5);
    await().untilAsserted(() -> assertThat(client.revisions()).isEqualTo(oneTo(40)));
  }

  @Test
  void skipsWhatCameBefore() {
    publish(3);
    Client client = joined("alice", 3);
    bus.publish(List.of(MemoryLog.publication(GENERAL, 2, 2, Publication.Change.CREATED)));
    publish(1);
    await().untilAsserted(() -> assertThat(client.revisions()).containsExactly(4L));
  }

  @Test
  void encodesOnceForAllThatSpeakTheSameFormat() {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      clients.add(joined("user" + i, 0));
    }
    publish(1);
    await().untilAsserted(() -> assertThat(clients).allMatch(client -> client.got.size() == 1));
    assertThat(encodings).hasValue(1);
  }

  @Test
  void fillsAHoleFromTheLog() {
    Client client = joined("alice", 0);
    log.add(GENERAL); // the bus never brings it
    bus.publish(List.of(log.add(GENERAL)));
    await().untilAsserted(() -> assertThat(client.revisions()).containsExactly(1L, 2L));
  }

  @Test
  void deliversPublicationsThatCrossedInTheirOrderWithoutReadingTheLog() {
    Client client = joined("alice", 0);
    int readsBefore = log.reads();
    Publication first = log.add(GENERAL);
    Publication second = log.add(GENERAL);
    bus.publish(List.of(second));
    bus.publish(List.of(first));
    await().untilAsserted(() -> assertThat(client.revisions()).containsExactly(1L, 2L));
    assertThat(log.reads()).isEqualTo(readsBefore);
  }

  @Test
  void findsALastMessageThatTheBusLost() {
    Client client = joined("alice", 0);
    log.add(GENERAL);
    await()
        .atMost(2, SECONDS)
        .untilAsserted(() -> assertThat(client.revisions()).containsExactly(1L));
  }

  /** The place of the first reader decides from where on events are fanned out. */
  @Test
  void leavesNothingOutWhereTwoBeginAndOneReadsFurther() throws Exception {
    log.add(GENERAL);
    CountDownLatch aliceHasRead = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    log.afterNextRead(
        () -> {
          aliceHasRead.countDown();
          awaitQuietly(mayGoOn);
        });
    Client alice = client("alice");
    hub.subscribe(GENERAL, 0, alice);
    assertThat(aliceHasRead.await(10, SECONDS)).isTrue();
    log.add(GENERAL); // which the bus does not bring
    Client bob = joined("bob", 0);
    mayGoOn.countDown();
    publish(1);
    await().untilAsserted(() -> assertThat(alice.revisions()).containsExactly(1L, 2L, 3L));
    assertThat(bob.revisions()).containsExactly(1L, 2L, 3L);
  }

  /** As when everybody comes back at once, each to an inbox. */
  @Test
  void asksOnceWhereManyLogsEnd() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch allHaveCome = new CountDownLatch(1);
    log.beforeNextEnds(
        () -> {
          asked.countDown();
          awaitQuietly(allHaveCome);
        });
    List<Client> clients = new ArrayList<>();
    List<Subscription> subscriptions = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      ChannelKey inbox = new ChannelKey("demo", ChannelName.inboxOf(new UserId("user" + i)));
      log.add(inbox); // read before it was listened to
      clients.add(client("user" + i));
      subscriptions.add(hub.subscribe(inbox, 1, clients.get(i)));
    }
    assertThat(asked.await(10, SECONDS)).isTrue();
    int questionsBefore = log.questionsForEnds();
    allHaveCome.countDown();
    for (Subscription subscription : subscriptions) {
      subscription.live().toCompletableFuture().orTimeout(10, SECONDS).join();
    }
    assertThat(log.reads()).isZero();
    // Each shard's questions but the first hold 500 channels; the sweep asks too, five times a
    // second.
    assertThat(log.questionsForEnds() - questionsBefore).isLessThan(100);
    for (Client client : clients) {
      bus.publish(
          List.of(
              log.add(new ChannelKey("demo", ChannelName.inboxOf(client.identity().userId())))));
    }
    await()
        .untilAsserted(
            () -> assertThat(clients).allMatch(client -> client.revisions().equals(List.of(2L))));
  }

  @Test
  void readsTheLogAgainWhenMoreHappenedThanIsHeld() {
    publish(5);
    Client alice = joined("alice", 5);
    log.afterNextRead(
        () -> {
          publish(1_000);
          await().until(() -> alice.got.size() == 1_000); // so they came to bob's subscription too
        });
    Client bob = joined("bob", 0);
    publish(1);
    await().untilAsserted(() -> assertThat(bob.revisions()).isEqualTo(oneTo(1_006)));
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

  @Test
  void goesOnWhenTheLogCouldNotBeReadForAWhile() {
    publish(3);
    log.failWith(new IllegalStateException("away"));
    Client client = client("alice");
    Subscription subscription = hub.subscribe(GENERAL, 0, client);
    await().until(() -> log.reads() > 1);
    log.failWith(null);
    subscription.live().toCompletableFuture().orTimeout(10, SECONDS).join();
    assertThat(client.revisions()).containsExactly(1L, 2L, 3L);
  }

  @Test
  void showsAMessageThatWasEditedMeanwhileAsNew() {
    Publication first = log.add(GENERAL);
    log.add(GENERAL);
    log.edit(GENERAL, first);
    Client client = joined("alice", 0);
    await()
        .untilAsserted(
            () -> assertThat(client.got).containsExactly("1:CREATED", "2:CREATED", "3:UPDATED"));
    Client there = joined("bob", 1);
    await().untilAsserted(() -> assertThat(there.got).containsExactly("2:CREATED", "3:UPDATED"));
  }

  @Test
  void deliversSignalsAndUnloggedMessagesWithoutAPosition() {
    Client client = client("alice");
    hub.subscribe(GENERAL, Subscription.NOW, client).live().toCompletableFuture().join();
    bus.publish(List.of(new Signal(GENERAL, Signal.Type.TYPING, "{}", "bob")));
    bus.publish(
        List.of(
            new Publication(
                GENERAL,
                ChannelKind.EPHEMERAL,
                "",
                0,
                0,
                Publication.Change.CREATED,
                "x",
                "m",
                "1",
                "bob",
                "Bob",
                "",
                "",
                1,
                0,
                1,
                InboxState.NEW)));
    await()
        .untilAsserted(() -> assertThat(client.got).containsExactly("typing:update", "0:CREATED"));
  }

  @Test
  void endsTheSubscriptionOfSomebodyWhoMayNoLongerRead() {
    Client alice = joined("alice", 0);
    Client bob = joined("bob", 0);
    refused.add("bob");
    bus.announce(RightsChange.ofMember("demo", GENERAL.name(), new UserId("bob")));
    await().untilAsserted(() -> assertThat(bob.ended).containsExactly(ErrorCode.FORBIDDEN));
    publish(1);
    await().untilAsserted(() -> assertThat(alice.revisions()).containsExactly(1L));
    assertThat(bob.got).isEmpty();
  }

  @Test
  void asksAgainForWhomTheRecordDidNotAnswer() {
    Client bob = joined("bob", 0);
    refused.add("bob");
    unanswered.set(1);
    bus.announce(RightsChange.ofMember("demo", GENERAL.name(), new UserId("bob")));
    await().untilAsserted(() -> assertThat(bob.ended).containsExactly(ErrorCode.FORBIDDEN));
    assertThat(unanswered).hasNegativeValue();
  }

  @Test
  void asksForAllWhoListenToAChannelAtOnce() {
    List<Client> clients = IntStream.range(0, 5_000).mapToObj(i -> joined("user-" + i, 0)).toList();
    clients.forEach(client -> refused.add(client.user));
    refused.remove("user-4999");
    unanswered.set(1);
    bus.announce(RightsChange.ofChannel("demo", GENERAL.name()));
    await()
        .untilAsserted(
            () ->
                assertThat(clients.subList(0, 4_999))
                    .allSatisfy(
                        client -> assertThat(client.ended).containsExactly(ErrorCode.FORBIDDEN)));
    publish(1);
    Client last = clients.get(4_999);
    await().untilAsserted(() -> assertThat(last.revisions()).containsExactly(1L));
    assertThat(questions).hasValueLessThanOrEqualTo(6); // of which one was not answered
  }

  @Test
  void endsASubscriptionThatWouldHaveAGap() {
    publish(30);
    log.pruneTo(GENERAL, 20);
    Client client = client("alice");
    hub.subscribe(GENERAL, 5, client);
    await().untilAsserted(() -> assertThat(client.ended).containsExactly(ErrorCode.CONFLICT));
    assertThat(client.got).isEmpty();
  }

  @Test
  void forgetsAChannelThatNobodyListensTo() {
    Client client = client("alice");
    Subscription subscription = hub.subscribe(GENERAL, 0, client);
    await().until(() -> metrics.registry().get("carillon.channels.active").gauge().value() == 1);
    subscription.cancel();
    await().until(() -> metrics.registry().get("carillon.channels.active").gauge().value() == 0);
    assertThat(metrics.registry().get("carillon.subscriptions").gauge().value()).isZero();
  }

  @Test
  void pagesALongHistoryAsTheConnectionTakesIt() {
    publish(5_000);
    Client client = new Client("alice", encoder, 4_000); // some 100 frames
    client.stalled = true;
    Subscription subscription = hub.subscribe(GENERAL, 0, client);
    await().until(() -> client.queue.isCrowded());
    publish(10);
    AtomicBoolean reading = new AtomicBoolean(true);
    Thread reader =
        new Thread(
            () -> {
              while (reading.get()) {
                client.readOn();
                Thread.onSpinWait();
                client.stalled = true;
              }
              client.readOn();
            });
    reader.start();
    subscription.live().toCompletableFuture().orTimeout(30, SECONDS).join();
    reading.set(false);
    await().untilAsserted(() -> assertThat(client.revisions()).isEqualTo(oneTo(5_010)));
    assertThat(client.ended).isEmpty();
  }

  @Test
  void catchesUpOnManyChannelsThroughOneSmallQueue() {
    Client client = new Client("alice", encoder, 4_000); // some 100 frames
    client.stalled = true;
    List<Subscription> subscriptions = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ChannelKey channel = new ChannelKey("demo", new ChannelName("channel-" + i));
      for (int message = 0; message < 100; message++) {
        log.add(channel);
      }
      subscriptions.add(hub.subscribe(channel, 0, client));
    }
    await().until(() -> client.queue.isCrowded());
    await()
        .until(
            () -> {
              client.readOn();
              client.stalled = true;
              return subscriptions.stream()
                  .allMatch(subscription -> subscription.live().toCompletableFuture().isDone());
            });
    client.readOn();
    assertThat(client.ended).isEmpty();
    await().untilAsserted(() -> assertThat(client.got).hasSize(20 * 100));
  }

  /**
   * Joins at random moments while others publish: no gap and no repeat where history meets the
   * present.
   */
  @Test
  void hasNoSeamBetweenHistoryAndThePresent() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    AtomicBoolean publishing = new AtomicBoolean(true);
    Thread publisher =
        new Thread(
            () -> {
              Random pace = new Random(seed + 1);
              while (publishing.get()) {
                publish(1 + pace.nextInt(3));
                LockSupport.parkNanos(20_000); // the load's pace; nothing waits for it
              }
            });
    publisher.start();
    try {
      for (int trial = 0; trial < 1_000; trial++) {
        Client client = client("user" + trial);
        long end = log.ends(List.of(GENERAL)).get(GENERAL).lastOffset();
        long from = Math.max(0, end - random.nextInt(30));
        Subscription subscription = hub.subscribe(GENERAL, from, client);
        subscription.live().toCompletableFuture().orTimeout(30, SECONDS).join();
        await()
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(1))
            .until(() -> client.got.size() > 40);
        subscription.cancel();
        List<Long> revisions = client.revisions();
        for (int i = 0; i < revisions.size(); i++) {
          assertThat(revisions.get(i)).as("seed %d, trial %d", seed, trial).isEqualTo(from + 1 + i);
        }
      }
    } finally {
      publishing.set(false);
      publisher.join();
    }
  }
}
