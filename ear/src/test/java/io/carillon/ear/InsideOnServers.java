package io.carillon.ear;

import static io.carillon.servers.Site.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.servers.HeardSocket;
import io.carillon.servers.OnServers;
import io.carillon.servers.Site;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Modules of one's own inside Carillon's application, the help desk of the example: they send
 * inside their transactions by {@code @Inject Carillon}, and observe.
 */
abstract class InsideOnServers extends OnServers {
  private Application desk;

  InsideOnServers(Supplier<Site> place) {
    super(place);
  }

  @BeforeEach
  void findDesk() {
    desk = Application.await(site().server().address(), "/desk", "/journal");
  }

  private List<String> journal(String word) {
    return desk.get("/journal").text().lines().filter(line -> line.contains(word)).toList();
  }

  @Test
  void anEnterpriseBeansTransactionHoldsTheMessages() {
    String channel = site().channel("alice", "CHAT", "PRIVATE");
    HeardSocket owner = socket("alice");
    owner.join(channel);
    String user = Site.fresh("asker");
    HeardSocket asker = socket(user);
    assertThat(desk.post("/tickets", "user", user, "channel", channel, "question", " "))
        .isEqualTo(new Application.Outcome(409, "ROLLED_BACK"));
    assertThat(desk.post("/tickets", "user", user, "channel", channel, "question", "why?"))
        .isEqualTo(new Application.Outcome(200, "DONE"));
    site().say("alice", channel, "because");
    await().until(() -> owner.contents().contains("because"));
    assertThat(owner.contents()).containsExactly("why?", "because");
    assertThat(owner.frames("member:added")).hasSize(1);
    asker.heard("notification");
    assertThat(asker.frames("notification")).hasSize(1);
  }

  @Test
  void soDoesThatOfATransactionalBean() {
    String one = site().chat();
    String other = site().chat();
    HeardSocket socket = socket("alice");
    socket.join(one);
    socket.join(other);
    assertThat(desk.post("/shifts", "name", "", "channel", one, "channel", other).isDone())
        .isFalse();
    assertThat(desk.post("/shifts", "name", "Bob", "channel", one, "channel", other).isDone())
        .isTrue();
    await().until(() -> socket.contents().size() >= 2);
    site().say("alice", one, "end");
    await().until(() -> socket.contents().contains("end"));
    assertThat(socket.contents()).containsExactly("Bob is on duty", "Bob is on duty", "end");
    // A refusal takes back what was allowed.
    assertThat(desk.post("/shifts", "name", "Bob", "channel", one, "channel", "none").isDone())
        .isFalse();
    site().say("alice", one, "still");
    await().until(() -> socket.contents().contains("still"));
    assertThat(socket.contents()).hasSize(4);
  }

  @Test
  void observersHearWhoeverDoesSomething() {
    String channel = site().chat();
    IntStream.rangeClosed(1, 5).forEach(i -> site().say("alice", channel, "no " + i));
    Map<String, Object> sent = site().say("bob", channel, "to be changed");
    String path = Site.path(channel) + "/messages/" + sent.get("id");
    get(site().rest("bob").patch(path, Map.of("content", "changed"))).orRefused();
    get(site().rest("bob").delete(path)).orRefused();
    assertThat(desk.post("/shifts", "name", "Bob", "channel", channel).isDone()).isTrue();
    await().until(() -> journal(channel).size() >= 9);
    assertThat(journal(channel))
        .containsExactly(
            "CREATED " + channel + " 1 \"no 1\"",
            "CREATED " + channel + " 2 \"no 2\"",
            "CREATED " + channel + " 3 \"no 3\"",
            "CREATED " + channel + " 4 \"no 4\"",
            "CREATED " + channel + " 5 \"no 5\"",
            "CREATED " + channel + " 6 \"to be changed\"",
            "UPDATED " + channel + " 6 \"changed\"",
            "DELETED " + channel + " 6 null",
            "CREATED " + channel + " 9 \"Bob is on duty\"");
    // Not every server brings them here.
    System.out.printf(
        "%s: an observer in a WAR of the EAR has heard %d of them%n",
        site().server().product().name(),
        desk.get("/web-journal").text().lines().filter(line -> line.contains(channel)).count());
  }

  /** And may send themselves. */
  @Test
  void observersHearOfMembersAndGreetThem() {
    String channel = Site.fresh("desk-");
    Site.get(
            site()
                .rest("alice")
                .post(
                    "/api/channels",
                    Map.of("channelId", channel, "kind", "CHAT", "visibility", "PRIVATE")))
        .orRefused();
    HeardSocket owner = socket("alice");
    owner.join(channel);
    String user = Site.fresh("newcomer");
    assertThat(
            desk.post("/tickets", "user", user, "channel", channel, "question", "hello?").isDone())
        .isTrue();
    await().until(() -> owner.contents().contains("Hello, " + user));
    assertThat(owner.contents()).contains("hello?");
    assertThat(journal("ADDED " + channel + " " + user)).hasSize(1);
  }

  @Test
  void observersHearWhoComesAndGoes() {
    String user = Site.fresh("visitor");
    HeardSocket socket = socket(user);
    await().until(() -> journal("ONLINE " + user).size() == 1);
    socket.client().leave();
    await().atMost(Duration.ofSeconds(30)).until(() -> journal("OFFLINE " + user).size() == 1);
    assertThat(journal(user)).hasSize(2);
  }
}
