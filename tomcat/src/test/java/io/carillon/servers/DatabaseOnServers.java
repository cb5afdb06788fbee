package io.carillon.servers;

import static io.carillon.servers.Site.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.PollClient;
import io.carillon.check.client.RestClient;
import io.carillon.stream.EventStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What connections and messages cost the database. */
abstract class DatabaseOnServers extends OnServers {
  private static final int MESSAGES = 100;

  /** PostgreSQL's sessions tell what they did at the latest when idle for ten seconds. */
  private static final Duration IDLE_REPORT = Duration.ofSeconds(11);

  /** What a node asks and tells by itself: changes of rights, logs' ends, its own heartbeat. */
  private static final int MOST_OWN_TRANSACTIONS_A_SECOND = 12;

  private static final String OURS = "datname = 'postgres' and pid <> pg_backend_pid()";

  DatabaseOnServers(Supplier<Site> place) {
    super(place);
  }

  /** BC-194: whatever is open holds no connection to the database. */
  @Test
  void openConnectionsHoldNoneOfTheDatabase() {
    await().atMost(Duration.ofSeconds(20)).until(() -> site().connections() == 0);
    String channel = site().chat();
    int each = 80;
    List<EventStream> streams = new ArrayList<>();
    List<HeardSocket> sockets = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      String user = "holder" + i % 20;
      streams.add(EventStream.begin(site().wire(), site().member(user), events(channel), "", 0));
      sockets.add(opened(HeardSocket.begin(site().wire(), site().member(user), 0, "")));
    }
    streams.forEach(stream -> Site.get(stream.client().ready()));
    sockets.forEach(socket -> Site.get(socket.client().ready()));
    sockets.forEach(socket -> socket.join(channel));
    List<RestClient> pollers = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      RestClient rest = new RestClient(site().wire(), site().member("poller" + i % 20), 1);
      PollClient poll = new PollClient(rest, List.of(channel));
      String position = (String) Site.get(poll.poll("", Duration.ZERO)).get("position");
      poll.poll(position, Duration.ofSeconds(20));
      pollers.add(rest);
    }
    await().until(() -> site().connections() == 3 * each);
    int busy = 0;
    int samples = 50;
    for (int i = 0; i < samples; i++) {
      busy += (int) query("state <> 'idle'");
      Site.get(site().rest("alice").get("/health/live"));
    }
    long began = System.nanoTime();
    Site.get(site().rest("alice").get(Site.messages(channel))).orRefused();
    assertThat(Site.secondsSince(began)).isLessThan(2);
    // The node's own work, such as its heartbeat, may be seen now and then.
    assertThat(busy).as("busy in %d samples", samples).isLessThan(samples);
    assertThat(query("state like 'idle in transaction%'")).isZero();
    assertThat(query("true")).isLessThanOrEqualTo(Site.POOL_SIZE + 6);
    streams.forEach(stream -> stream.client().cut());
    pollers.forEach(RestClient::cut);
  }

  private long query(String condition) {
    return site()
        .query(
            "select count(*) from pg_stat_activity where backend_type = 'client backend' and "
                + OURS
                + " and "
                + condition);
  }

  /** BC-195: transactions grow with messages, not with those who listen. */
  @Test
  void messagesCostTheSameHoweverManyListen() {
    await().atMost(Duration.ofSeconds(30)).until(() -> site().connections() == 0);
    String channel = site().chat();
    double few = transactionsForMessages(channel, 5);
    double many = transactionsForMessages(channel, 150);
    System.out.printf(
        "transactions of %d messages: %.0f with 5 who listen, %.0f with 150%n",
        MESSAGES, few, many);
    assertThat(many).isLessThan(few + MESSAGES);
    assertThat(many).isLessThan(8 * MESSAGES);
  }

  private double transactionsForMessages(String channel, int listeners) {
    List<HeardSocket> sockets = new ArrayList<>();
    for (int i = 0; i < listeners; i++) {
      sockets.add(opened(HeardSocket.begin(site().wire(), site().member("ear" + i % 20), 0, "")));
    }
    sockets.forEach(socket -> Site.get(socket.client().ready()));
    sockets.forEach(socket -> socket.join(channel));
    long before = transactions(IDLE_REPORT); // or the joins would be counted among the messages
    long began = System.nanoTime();
    for (int i = 0; i < MESSAGES; i++) {
      Site.post(site().rest("writer"), Site.messages(channel), Map.of("content", "m" + i));
    }
    sockets.forEach(
        socket ->
            await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> socket.frames("message:new").size() >= MESSAGES));
    long after = transactions(Duration.ofSeconds(1));
    double seconds = Site.secondsSince(began);
    sockets.forEach(socket -> socket.client().cut());
    await().atMost(Duration.ofSeconds(20)).until(() -> site().connections() == 0);
    return after - before - seconds * MOST_OWN_TRANSACTIONS_A_SECOND;
  }

  /**
   * When the server's sessions have told the database's statistics what they did.
   *
   * @param atLeast to wait for that
   */
  private long transactions(Duration atLeast) {
    AtomicLong last = new AtomicLong(count());
    await()
        .pollDelay(atLeast)
        .pollInterval(Duration.ofSeconds(1))
        .atMost(atLeast.plusSeconds(20))
        .until(
            () -> {
              long now = count();
              return now - last.getAndSet(now) <= MOST_OWN_TRANSACTIONS_A_SECOND;
            });
    return last.get();
  }

  private long count() {
    return site()
        .query(
            "select xact_commit + xact_rollback from pg_stat_database where datname = 'postgres'");
  }
}
