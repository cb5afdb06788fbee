package io.carillon.ear;

import static io.carillon.servers.Site.events;
import static io.carillon.servers.Site.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.Operation;
import io.carillon.check.Reader;
import io.carillon.check.Report;
import io.carillon.check.Scene;
import io.carillon.check.SocketReader;
import io.carillon.check.StreamReader;
import io.carillon.check.Traffic;
import io.carillon.check.client.Caller;
import io.carillon.servers.HeardSocket;
import io.carillon.servers.OnServers;
import io.carillon.servers.Site;
import io.carillon.stream.EventStream;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An application of its own beside Carillon, the shop of the example, sends inside its own
 * transactions: what is rolled back is never heard of, what is committed is heard once.
 */
abstract class BesideOnServers extends OnServers {
  private static final int CALLERS = 4;
  private static final int TRANSACTIONS = 30;
  private static final Duration WAIT = Duration.ofSeconds(30);

  private Application shop;

  BesideOnServers(Supplier<Site> place) {
    super(place);
  }

  @BeforeEach
  void findShop() {
    shop = Application.await(site().server().address(), "/shop", "/api/visitors?user=nobody");
  }

  private long rows(String number) {
    return site().query("select count(*) from shop_order where number = '" + number + "'");
  }

  private long end(String channel) {
    return site().query("select last_offset from channel where channel_name = '" + channel + "'");
  }

  /** The shop's row, the message and the notification are one thing. */
  @Test
  void anOrderAndItsMessagesHappenTogetherOrNotAtAll() {
    String channel = site().chat();
    String user = Site.fresh("buyer");
    HeardSocket socket = socket(user);
    socket.join(channel);
    EventStream stream = stream("bob", events(channel));
    String failed = Site.fresh("no");
    Application.Outcome refused =
        shop.post("/api/orders/" + failed, "user", user, "channel", channel, "inStock", "0");
    assertThat(refused).isEqualTo(new Application.Outcome(409, "OUT_OF_STOCK"));
    assertThat(rows(failed)).isZero();
    assertThat(end(channel)).isZero();
    String number = Site.fresh("order");
    Application.Outcome done = shop.post("/api/orders/" + number, "user", user, "channel", channel);
    assertThat(done).isEqualTo(new Application.Outcome(200, "DONE"));
    assertThat(rows(number)).isEqualTo(1);
    await().until(() -> !stream.events.isEmpty());
    await().until(() -> !socket.frames("notification").isEmpty());
    // The end marks that nothing of the first order is still to come.
    site().say("alice", channel, "end");
    await().until(() -> stream.events.size() >= 2);
    assertThat(stream.data(0).toString()).contains(number);
    assertThat(stream.events).hasSize(2);
    assertThat(stream.lastId()).endsWith("-2"); // no hole
    await().until(() -> socket.contents().contains("end"));
    assertThat(socket.frames("notification")).hasSize(1);
    assertThat(socket.frames("notification").get(0).data().toString()).contains(number);
  }

  /** What the database refuses rolls the messages back, too. */
  @Test
  void aRowThatCannotBeWrittenTakesItsMessagesBack() {
    String channel = site().chat();
    String number = Site.fresh("order");
    assertThat(shop.post("/api/orders/" + number, "user", "bob", "channel", channel).isDone())
        .isTrue();
    assertThat(shop.post("/api/orders/" + number, "user", "bob", "channel", channel))
        .isEqualTo(new Application.Outcome(409, "ROLLED_BACK"));
    assertThat(end(channel)).isEqualTo(1);
  }

  @Test
  void aRefusalRollsTheCallerBack() {
    String number = Site.fresh("order");
    String user = Site.fresh("buyer");
    HeardSocket socket = socket(user);
    assertThat(shop.post("/api/orders/" + number, "user", user, "channel", "no such channel"))
        .isEqualTo(new Application.Outcome(409, "FORBIDDEN"));
    assertThat(rows(number)).isZero();
    String archived = site().chat();
    get(site().rest("alice").delete(Site.path(archived))).orRefused();
    assertThat(shop.post("/api/orders/" + number, "user", user, "channel", archived))
        .isEqualTo(new Application.Outcome(409, "ARCHIVED"));
    assertThat(rows(number)).isZero();
    String good = site().chat();
    assertThat(shop.post("/api/orders/" + number, "user", user, "channel", good).isDone()).isTrue();
    socket.heard("notification");
    assertThat(socket.frames("notification")).hasSize(1);
  }

  /** The channel is archived between the call and the commit, which then has to fail. */
  @Test
  void aRefusalWhileItIsCommittedRollsTheCallerBack() throws Exception {
    // The database ends a wait for a row after two seconds: too soon, now and then.
    for (int i = 0; i < 10; i++) {
      String channel = site().chat();
      String number = Site.fresh("order");
      CompletableFuture<Application.Outcome> order;
      try (Connection other = site().connection();
          Statement statement = other.createStatement()) {
        other.setAutoCommit(false);
        statement.execute("insert into shop_order values ('" + number + "', 'somebody else')");
        order =
            CompletableFuture.supplyAsync(
                () -> shop.post("/api/orders/" + number, "user", "bob", "channel", channel));
        awaitOneThatWaits();
        get(site().rest("alice").delete(Site.path(channel))).orRefused();
        other.rollback();
      }
      Application.Outcome outcome = order.get(30, TimeUnit.SECONDS);
      assertThat(outcome.isDone()).isFalse();
      assertThat(rows(number)).isZero();
      assertThat(end(channel)).isZero();
      if (site().server().log().contains("A transaction is rolled back: ")) {
        return;
      }
    }
    throw new AssertionError("no order came to its commit");
  }

  private void awaitOneThatWaits() {
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(
            () ->
                site()
                        .query(
                            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                                + " and query like 'insert into shop_order%'")
                    > 0);
  }

  @Test
  void membersComeWithTheTransaction() {
    String channel = site().channel("alice", "CHAT", "PRIVATE");
    HeardSocket owner = socket("alice");
    owner.join(channel);
    String eve = Site.fresh("eve");
    String fay = Site.fresh("fay");
    assertThat(shop.post("/api/members/" + eve, "channel", channel, "inStock", "0"))
        .isEqualTo(new Application.Outcome(409, "OUT_OF_STOCK"));
    assertThat(shop.post("/api/members/" + fay, "channel", channel).text()).isEqualTo("true");
    assertThat(shop.post("/api/members/" + fay, "channel", channel).text()).isEqualTo("false");
    await().until(() -> owner.contents().size() >= 2);
    assertThat(owner.contents()).containsOnly("Welcome, " + fay);
    assertThat(owner.frames("member:added").stream().map(frame -> frame.data().get("userId")))
        .containsExactly(fay);
    assertThat(socket(fay).join(channel).event()).isEqualTo("channel:joined");
  }

  @Test
  void tellsEverybodyAndKnowsWhoIsThere() {
    String user = Site.fresh("gus");
    HeardSocket socket = socket(user);
    await()
        .untilAsserted(
            () ->
                assertThat(shop.get("/api/visitors?user=nobody&user=" + user).text())
                    .isEqualTo(user));
    String title = Site.fresh("Sale");
    assertThat(shop.post("/api/announcements", "title", "never", "inStock", "0").isDone())
        .isFalse();
    assertThat(shop.post("/api/announcements", "title", title).isDone()).isTrue();
    socket.heard("announcement");
    assertThat(socket.frames("announcement")).hasSize(1);
    assertThat(socket.frames("announcement").get(0).data().toString()).contains(title);
  }

  /**
   * People send over REST, and the shop circulates letters to three channels in every order, some
   * of which it takes back: nobody waits in a circle, and all that is promised to readers holds.
   */
  @Test
  void holdsAmongOthersWhoWrite() throws Exception {
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    Scene scene = new Scene(site().wire(), seed, site().admin());
    for (int i = 0; i < 3; i++) {
      scene.makeChannel(Site.fresh("mixed"));
    }
    List<String> channels = scene.channels();
    List<Reader> readers =
        List.of(
            new SocketReader(scene.run(), "socket", site().member("reader0"), channels),
            new StreamReader(scene.run(), "streams", site().member("reader1"), channels));
    readers.forEach(Reader::start);
    for (Reader reader : readers) {
      for (String channel : channels) {
        assertThat(Scene.await(WAIT, () -> reader.log().position(scene.key(channel)) >= 0))
            .isTrue();
      }
    }
    List<Caller> writers =
        IntStream.range(0, 4).mapToObj(i -> site().member("writer" + i)).toList();
    List<CompletableFuture<Integer>> callers = new ArrayList<>();
    int committed = 0;
    try (Traffic traffic =
        Traffic.start(scene, writers, channels, new Traffic.Kind(20, 10, Duration.ofMillis(5)))) {
      for (int i = 0; i < CALLERS; i++) {
        String name = Site.fresh("caller");
        SplittableRandom random = scene.run().random().split();
        callers.add(CompletableFuture.supplyAsync(() -> circulate(scene, name, random)));
      }
      for (CompletableFuture<Integer> caller : callers) {
        committed += caller.get(2, TimeUnit.MINUTES);
      }
    }
    assertThat(committed).isGreaterThan(CALLERS * TRANSACTIONS / 2);
    readers.forEach(reader -> Scene.await(WAIT, () -> scene.hasAll(reader)));
    readers.forEach(Reader::stop);
    Report report = scene.finish();
    System.out.printf("beside: %d transactions among others; %s%n", committed, report);
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.resets()).isZero();
  }

  /** Transactions of one caller; how many of them were committed. */
  private int circulate(Scene scene, String name, SplittableRandom random) {
    int committed = 0;
    for (int i = 0; i < TRANSACTIONS; i++) {
      List<String> some = new ArrayList<>(scene.channels());
      Collections.shuffle(some, new Random(random.nextLong()));
      boolean fails = random.nextInt(4) == 0;
      String text = i + " by " + name;
      List<Operation.Pending> attempts = new ArrayList<>();
      List<String> parameters =
          new ArrayList<>(List.of("user", name, "text", text, "inStock", fails ? "0" : "1"));
      for (String channel : some) {
        String content = text + " in " + channel;
        attempts.add(
            scene
                .run()
                .recorder()
                .send(scene.key(channel), name, Integer.toString(i), content)
                .begin("transaction"));
        parameters.addAll(List.of("channel", channel));
      }
      Application.Outcome outcome =
          shop.post("/api/circulars/" + i, parameters.toArray(new String[0]));
      if (fails) {
        assertThat(outcome).isEqualTo(new Application.Outcome(409, "OUT_OF_STOCK"));
        attempts.forEach(attempt -> attempt.refused("rolled back"));
        continue;
      }
      assertThat(outcome).isEqualTo(new Application.Outcome(200, "DONE"));
      committed++;
      for (int k = 0; k < some.size(); k++) {
        // The same again, by itself, tells the place.
        String[] place =
            shop.post("/api/letters/" + i, "user", name, "channel", some.get(k), "text", text)
                .text()
                .split(" ");
        assertThat(place[2]).isEqualTo("true");
        attempts.get(k).ok(Long.parseLong(place[0]), place[1], false);
      }
    }
    return committed;
  }
}
