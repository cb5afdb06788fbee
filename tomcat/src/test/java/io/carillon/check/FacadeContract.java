package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.application.ChannelService;
import io.carillon.application.ChannelSettings;
import io.carillon.application.MemberService;
import io.carillon.check.client.Caller;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.Wire;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import io.carillon.facade.Author;
import io.carillon.facade.CarillonException;
import io.carillon.facade.MessageEvent;
import io.carillon.facade.Note;
import io.carillon.facade.Post;
import io.carillon.facade.Sent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Code inside the server takes part in its own transaction: what is rolled back is never stored,
 * never numbered and never heard of; what is committed is delivered after that.
 */
abstract class FacadeContract {
  private static final Author BOB = Author.user("demo", "bob");

  private static final int CALLERS = 6;
  private static final int TRANSACTIONS = 150;
  private static final Duration WAIT = Duration.ofSeconds(30);

  private Wire wire;
  private Scene scene;
  private Shop shop;

  /** The server, with a {@link Shop} inside. */
  abstract TestNode node();

  @BeforeEach
  void setUp() {
    wire = new Wire("clients");
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    scene = new Scene(wire, seed, node().admin("demo"));
    shop = TestBeans.get(Shop.class);
  }

  @AfterEach
  void tearDown() {
    wire.close();
  }

  /** A channel of this test's own. */
  private String channel(String name) {
    return scene.makeChannel(name + ' ' + Long.toString(System.nanoTime(), 36));
  }

  private static List<Object> contents(Ear ear) {
    return ear.heard("message:new").stream().map(frame -> frame.data().get("content")).toList();
  }

  @Test
  void sendsAtOnceWithoutATransaction() throws Exception {
    String channel = channel("plain");
    Ear ear = Ear.open(wire, node().member("demo", "carol"), channel);
    List<Sent> sent = new ArrayList<>();
    shop.without(
        carillon -> {
          Post post = Post.chat("hello").withClientId("c-1");
          sent.add(carillon.publish(BOB, channel, post));
          sent.add(carillon.publish(BOB, channel, post));
        });
    assertThat(sent.get(0).offset()).isEqualTo(1);
    assertThat(sent.get(0).isDuplicate()).isFalse();
    assertThat(sent.get(1)).isEqualTo(new Sent(channel, sent.get(0).id(), 1, true));
    await().until(() -> contents(ear).equals(List.of("hello")));
    assertThat(ear.heard("message:new").get(0).data().get("authorId")).isEqualTo("bob");
  }

  @Test
  void isHeardAfterTheCommitOnly() throws Exception {
    String channel = channel("committed");
    Ear ear = Ear.open(wire, node().member("demo", "carol"), channel);
    shop.inTransaction(
        carillon -> {
          Sent first = carillon.publish(BOB, channel, Post.chat("one").withClientId("c"));
          Sent again = carillon.publish(BOB, channel, Post.chat("one").withClientId("c"));
          assertThat(again).isEqualTo(new Sent(channel, first.id(), 0, true));
          // Others go on meanwhile, in this very channel, and are heard.
          CompletableFuture.runAsync(
                  () -> shop.without(c -> c.publish(BOB, channel, Post.chat("meanwhile"))))
              .orTimeout(20, TimeUnit.SECONDS)
              .join();
          await().until(() -> contents(ear).equals(List.of("meanwhile")));
          carillon.publish(BOB, channel, Post.chat("two"));
        });
    await().until(() -> contents(ear).equals(List.of("meanwhile", "one", "two")));
    assertThat(ear.heard("message:new").stream().map(frame -> frame.data().get("offset")))
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void leavesNothingOfWhatIsRolledBack() throws Exception {
    scene.makeChannel("orders");
    String user = "dave" + System.nanoTime();
    Ear ear = Ear.open(wire, node().member("demo", user), "orders");
    assertThatThrownBy(() -> shop.order(user, "17", 0)).isInstanceOf(Shop.OutOfStock.class);
    assertThat(scene.end("orders")).isZero();
    shop.order(user, "18", 1);
    await().until(() -> !ear.heard("notification").isEmpty());
    await().until(() -> !ear.heard("order").isEmpty() || !ear.heard("message:new").isEmpty());
    assertThat(scene.end("orders")).isEqualTo(1); // no hole
    assertThat(ear.heard("notification")).hasSize(1);
    await().until(() -> shop.messagesIn("orders").size() == 1);
    assertThat(shop.messagesIn("orders").get(0).payload()).contains("18");
    assertThat(shop.messagesIn("user:" + user)).hasSize(1);
  }

  @Test
  void rollsBackTheCallerWhenItIsRefused() {
    String channel = channel("refused");
    shop.inTransaction(
        carillon -> {
          carillon.publish(BOB, channel, Post.chat("never"));
          assertThatThrownBy(() -> carillon.publish(BOB, "no such channel", Post.chat("x")))
              .isInstanceOfSatisfying(
                  CarillonException.class, e -> assertThat(e.code()).isEqualTo("FORBIDDEN"));
        });
    assertThat(scene.end(channel)).isZero();
  }

  @Test
  void rollsBackWhenTheChannelIsArchivedBeforeTheCommit() {
    String channel = channel("archived");
    String other = channel("other");
    assertThatThrownBy(
            () ->
                shop.inTransaction(
                    carillon -> {
                      carillon.publish(BOB, other, Post.chat("with it"));
                      carillon.publish(BOB, channel, Post.chat("too late"));
                      // by somebody else
                      new RestClient(wire, node().admin("demo"))
                          .delete("/api/channels/" + RestClient.encode(channel))
                          .join()
                          .orRefused();
                    }))
        .isNotNull();
    assertThat(scene.end(channel)).isZero();
    assertThat(scene.end(other)).isZero();
  }

  @Test
  void hasEveryRefusalItsCode() {
    String channel = channel("codes");
    Map<String, Runnable> calls =
        Map.of(
            "FORBIDDEN",
            () -> shop.without(c -> c.announce(Author.program("nowhere", "x"), note())),
            "MALFORMED",
            () -> shop.without(c -> c.publish(BOB, channel, Post.event("e", "no json"))),
            "TOO_LARGE",
            () -> shop.without(c -> c.publish(BOB, channel, Post.chat("x".repeat(100_000)))));
    calls.forEach(
        (code, call) ->
            assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                    CarillonException.class, e -> assertThat(e.code()).isEqualTo(code)));
  }

  private static Note note() {
    return Note.of("news", "News", "");
  }

  @Test
  void addsMembersWithTheTransaction() throws Exception {
    String channel = channel("members");
    Ear ear = Ear.open(wire, node().member("demo", "carol"), channel);
    assertThatThrownBy(
            () ->
                shop.inTransaction(
                    carillon -> {
                      assertThat(carillon.addMember(Shop.SHOP, channel, "eve", "WRITER")).isTrue();
                      throw new Shop.OutOfStock();
                    }))
        .isInstanceOf(Shop.OutOfStock.class);
    shop.inTransaction(
        carillon -> {
          assertThat(carillon.addMember(Shop.SHOP, channel, "fay", "WRITER")).isTrue();
          assertThat(carillon.addMember(Shop.SHOP, channel, "fay", "WRITER")).isFalse();
          carillon.publish(Shop.SHOP, channel, Post.chat("welcome"));
        });
    await().until(() -> contents(ear).equals(List.of("welcome")));
    assertThat(ear.heard("member:added").stream().map(frame -> frame.data().get("userId")))
        .containsExactly("fay");
    await()
        .untilAsserted(
            () ->
                assertThat(
                        shop.members().stream()
                            .filter(event -> event.channel().equals(channel))
                            .map(event -> event.userId()))
                    .containsExactly("fay"));
    shop.without(c -> assertThat(c.addMember(Shop.SHOP, channel, "fay", "READER")).isFalse());
  }

  @Test
  void tellsWhoIsThere() throws Exception {
    String user = "gus" + System.nanoTime();
    Ear.open(wire, node().member("demo", user));
    await()
        .untilAsserted(
            () ->
                shop.without(
                    carillon ->
                        assertThat(carillon.presence("demo", List.of(user, "nobody")))
                            .satisfiesExactly(
                                here -> assertThat(here.isOnline()).isTrue(),
                                absent -> assertThat(absent.isOnline()).isFalse())));
    await()
        .untilAsserted(
            () ->
                assertThat(shop.presence())
                    .anyMatch(event -> event.online() && event.userId().equals(user)));
  }

  private static ChannelSettings open(String title) {
    return new ChannelSettings(title, "", Visibility.PUBLIC, ChannelPolicy.DEFAULT, false);
  }

  @Test
  void saysNothingOfAChannelWhoseTransactionFails() throws Exception {
    String before = channel("before");
    Ear ear = Ear.open(wire, node().admin("demo"), before);
    ChannelService channels = TestBeans.get(ChannelService.class);
    MemberService members = TestBeans.get(MemberService.class);
    Identity admin =
        new Identity(
            "demo",
            new UserId("admin-of-demo"),
            "Admin",
            "",
            OrganizationRole.ADMIN,
            "",
            Instant.MAX,
            Identity.Kind.USER);
    ChannelName name = new ChannelName("short-lived " + System.nanoTime());
    assertThatThrownBy(
            () ->
                shop.inTransaction(
                    carillon -> {
                      channels.create(admin, name, ChannelKind.CHAT, open("first title"));
                      carillon.publish(Shop.SHOP, name.value(), Post.chat("first"));
                      members.add(admin, name, new UserId("hal"), Role.WRITER);
                      members.add(admin, new ChannelName(before), new UserId("hal"), Role.WRITER);
                      carillon.publish(Shop.SHOP, before, Post.chat("renamed"));
                      channels.change(admin, name, present -> open("second title"));
                      channels.archive(admin, name);
                      members.remove(admin, new ChannelName(before), new UserId("hal"));
                      throw new Shop.OutOfStock();
                    }))
        .isInstanceOf(Shop.OutOfStock.class);
    shop.without(carillon -> carillon.publish(Shop.SHOP, before, Post.chat("after")));
    await().until(() -> contents(ear).equals(List.of("after")));
    assertThat(ear.heard("member:added")).isEmpty();
    assertThat(ear.heard("member:removed")).isEmpty();
    assertThatThrownBy(
            () -> shop.without(c -> c.publish(Shop.SHOP, name.value(), Post.chat("gone"))))
        .hasMessageStartingWith("FORBIDDEN");
    // And it can be made anew, as if nothing had been.
    scene.makeChannel(name.value());
    shop.inTransaction(c -> c.publish(Shop.SHOP, name.value(), Post.chat("anew")));
    assertThat(scene.end(name.value())).isEqualTo(1);
  }

  @Test
  void observersHearOfWhatOthersSendAndAFailingOneHarmsNobody() {
    if (scene.channels().isEmpty()) {
      scene.makeChannel("bad news");
    }
    RestClient rest = new RestClient(wire, node().member("demo", "ida"));
    for (int i = 1; i <= 3; i++) {
      rest.post("/api/channels/bad%20news/messages", Map.of("content", "no " + i))
          .join()
          .orRefused();
    }
    await().until(() -> shop.messagesIn("bad news").size() == 3);
    assertThat(shop.messagesIn("bad news").stream().map(MessageEvent::offset))
        .containsExactly(1L, 2L, 3L);
  }

  /**
   * Eight senders whose messages are committed together, and callers with transactions of their own
   * over three channels in every order, some of which roll back: nobody waits in a circle, and all
   * that is promised to readers holds.
   */
  @Test
  void holdsAmongOthersWhoWrite() throws Exception {
    List<String> channels = List.of(channel("mixed A"), channel("mixed B"), channel("mixed C"));
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Caller caller = node().member("demo", "reader" + i);
      readers.add(
          i % 2 == 0
              ? new SocketReader(scene.run(), "socket" + i, caller, channels)
              : new StreamReader(scene.run(), "streams" + i, caller, channels));
    }
    readers.forEach(Reader::start);
    for (Reader reader : readers) {
      for (String channel : channels) {
        assertThat(Scene.await(WAIT, () -> reader.log().position(scene.key(channel)) >= 0))
            .isTrue();
      }
    }
    List<Caller> writers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      writers.add(node().member("demo", "writer" + i));
    }
    Traffic.Kind kind = new Traffic.Kind(20, 10, Duration.ofMillis(2));
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    List<Future<Integer>> callers = new ArrayList<>();
    try (Traffic traffic = Traffic.start(scene, writers, channels, kind)) {
      for (int i = 0; i < CALLERS; i++) {
        String name = "caller" + i;
        SplittableRandom random = scene.run().random().split();
        callers.add(threads.submit(() -> order(name, channels, random)));
      }
      int committed = 0;
      for (Future<Integer> caller : callers) {
        committed += caller.get(3, TimeUnit.MINUTES);
      }
      assertThat(committed).isGreaterThan(CALLERS * TRANSACTIONS / 2);
    } finally {
      threads.shutdownNow();
    }
    readers.forEach(reader -> Scene.await(WAIT, () -> scene.hasAll(reader)));
    readers.forEach(Reader::stop);
    Report report = scene.finish();
    System.out.println(report);
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.resets()).isZero();
    await()
        .untilAsserted(
            () ->
                assertThat(shop.messagesIn(channels.get(0)))
                    .hasSize((int) scene.end(channels.get(0))));
  }

  /** Transactions of one caller; how many of them were committed. */
  private int order(String name, List<String> channels, SplittableRandom random) {
    int committed = 0;
    for (int i = 0; i < TRANSACTIONS; i++) {
      List<String> some = new ArrayList<>(channels);
      Collections.shuffle(some, new Random(random.nextLong()));
      boolean fails = random.nextInt(4) == 0;
      List<Operation> operations = new ArrayList<>();
      List<Operation.Pending> attempts = new ArrayList<>();
      List<Sent> sent = new ArrayList<>();
      for (String channel : some) {
        String content = i + " by " + name + " in " + channel;
        String clientId = name + '-' + i + '-' + channels.indexOf(channel);
        Operation operation =
            scene.run().recorder().send(scene.key(channel), name, clientId, content);
        operations.add(operation);
        attempts.add(operation.begin("transaction"));
      }
      int number = i;
      try {
        shop.inTransaction(
            carillon -> {
              for (String channel : some) {
                String content = number + " by " + name + " in " + channel;
                String clientId = name + '-' + number + '-' + channels.indexOf(channel);
                sent.add(
                    carillon.publish(
                        Author.user("demo", name),
                        channel,
                        Post.chat(content).withClientId(clientId)));
              }
              if (fails) {
                throw new Shop.OutOfStock();
              }
            });
      } catch (Shop.OutOfStock e) {
        attempts.forEach(attempt -> attempt.refused("rolled back"));
        continue;
      }
      committed++;
      for (int k = 0; k < some.size(); k++) {
        // The same again, by itself, tells the place.
        String content = i + " by " + name + " in " + some.get(k);
        String clientId = name + '-' + i + '-' + channels.indexOf(some.get(k));
        String channel = some.get(k);
        List<Sent> again = new ArrayList<>();
        shop.without(
            carillon ->
                again.add(
                    carillon.publish(
                        Author.user("demo", name),
                        channel,
                        Post.chat(content).withClientId(clientId))));
        assertThat(again.get(0).isDuplicate()).isTrue();
        assertThat(again.get(0).id()).isEqualTo(sent.get(k).id());
        attempts.get(k).ok(again.get(0).offset(), again.get(0).id(), false);
      }
    }
    return committed;
  }
}
