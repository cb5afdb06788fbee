package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Answer;
import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.Refused;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.TcpProxy;
import io.carillon.check.wire.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * While the database is away, however it went, sends over REST and sockets are refused as
 * overloaded within five seconds and none is acknowledged; within three seconds of its return they
 * are accepted again, and what was repeated meanwhile is stored once.
 */
class DatabaseOutageIT {
  private static final Duration OUTAGE = Duration.ofSeconds(7);
  private static final Duration MAX_REFUSAL = Duration.ofSeconds(5);
  private static final Duration MAX_RETURN = Duration.ofSeconds(3);

  /** An acknowledgement of what was committed just before may still be under way. */
  private static final Duration UNDER_WAY = Duration.ofMillis(300);

  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int WRITERS_OF_A_KIND = 8;
  private static final int ACKS_BEFORE_AND_AFTER = 10;

  @TempDir static Path folder;

  private static PostgresServer postgres;
  private static Wire wire;
  private static TcpProxy link;
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    postgres = new PostgresServer(folder);
    wire = new Wire("clients");
    link = new TcpProxy(wire, postgres.address());
    node =
        TestNode.on(
            PostgresServer.url(link.address()),
            PostgresServer.user(),
            Files.createDirectory(folder.resolve("node")),
            Map.of("CARILLON_DATABASE_ALLOW_UNSAFE", "false"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (node != null) {
      node.close();
    }
    if (link != null) {
      link.close();
    }
    if (wire != null) {
      wire.close();
    }
    if (postgres != null) {
      postgres.close();
    }
  }

  /** The writer of the channel's log goes on after it. */
  @Test
  void outlivesACommitThatFails() throws Exception {
    String channel = "commits " + System.nanoTime();
    RestClient admin = new RestClient(wire, node.admin("demo"));
    make(channel, admin);
    try (Connection connection = DriverManager.getConnection(postgres.url(), "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create function give_up() returns trigger language plpgsql as"
              + " $$ begin raise exception 'no' using errcode = '57P02'; end $$");
      statement.execute(
          "create constraint trigger give_up after insert on message initially deferred"
              + " for each row when (new.client_id = 'bad') execute function give_up()");
    }
    Sends sends = new RestSends(node.member("demo", "committer"));
    assertThat(
            sends.send(channel, "bad").handle((offset, failure) -> Writer.codeOf(failure)).join())
        .isEqualTo("OVERLOADED");
    assertThat(sends.send(channel, "good").join()).isEqualTo(1);
  }

  private static void make(String channel, RestClient admin) {
    admin
        .post("/api/channels", Map.of("channelId", channel, "visibility", "PUBLIC"))
        .join()
        .orRefused();
  }

  private interface Event {
    void happen() throws Exception;
  }

  @Test
  void outlivesAnImmediateStop() throws Exception {
    outlives(postgres::stopImmediately, postgres::start);
  }

  @Test
  void outlivesACrash() throws Exception {
    outlives(postgres::kill, postgres::start);
  }

  @Test
  void outlivesAServerThatStandsStill() throws Exception {
    outlives(postgres::pause, postgres::resume);
  }

  @Test
  void outlivesALinkThatIsHeldUp() throws Exception {
    outlives(link::stall, link::proceed);
  }

  @Test
  void outlivesALinkThatForgetsItsConnections() throws Exception {
    outlives(link::swallow, link::forget);
  }

  private static void outlives(Event fault, Event end) throws Exception {
    String channel = "outage " + System.nanoTime();
    RestClient admin = new RestClient(wire, node.admin("demo"));
    make(channel, admin);
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS_OF_A_KIND; i++) {
      writers.add(new Writer(channel, new RestSends(node.member("demo", "rest" + i))));
      writers.add(new Writer(channel, new SocketSends(node.member("demo", "socket" + i))));
    }
    writers.forEach(Writer::next);
    awaitAcks(writers, 0);
    fault.happen();
    long from = System.nanoTime();
    TimeUnit.NANOSECONDS.sleep(OUTAGE.toNanos());
    long until = System.nanoTime();
    end.happen();
    long back = System.nanoTime();
    awaitAcks(writers, back);
    writers.forEach(writer -> writer.stopping = true);
    await().atMost(MAX_REFUSAL).until(() -> writers.stream().allMatch(writer -> writer.stopped));

    List<Attempt> attempts =
        writers.stream().flatMap(writer -> writer.attempts.stream()).collect(Collectors.toList());
    System.out.println(summary(attempts, from, back));
    assertThat(attempts)
        .as("refusals are OVERLOADED, and nothing else fails")
        .allMatch(attempt -> attempt.isOk() || attempt.outcome().equals("OVERLOADED"));
    assertThat(attempts)
        .as("answers come within %s", MAX_REFUSAL)
        .allMatch(attempt -> attempt.tookNanos() <= MAX_REFUSAL.toNanos());
    assertThat(attempts)
        .as("acknowledgements while the database was away")
        .noneMatch(
            attempt ->
                attempt.isOk()
                    && attempt.endNanos() > from + UNDER_WAY.toNanos()
                    && attempt.endNanos() < until);
    for (Writer writer : writers) {
      assertThat(writer.attempts)
          .as("refusals of %s", writer)
          .anyMatch(attempt -> !attempt.isOk() && attempt.endNanos() < until);
      assertThat(writer.firstOkAfter(back) - back)
          .as("time until %s is heard again", writer)
          .isLessThanOrEqualTo(MAX_RETURN.toNanos());
    }
    checkStored(admin, channel, writers);
  }

  private static void awaitAcks(List<Writer> writers, long sinceNanos) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                writers.stream()
                    .allMatch(writer -> writer.oksSince(sinceNanos) >= ACKS_BEFORE_AND_AFTER));
  }

  private static String summary(List<Attempt> attempts, long from, long back) {
    long slowest =
        attempts.stream()
            .filter(attempt -> !attempt.isOk())
            .mapToLong(Attempt::tookNanos)
            .max()
            .orElse(0);
    long first =
        attempts.stream()
            .filter(attempt -> attempt.isOk() && attempt.endNanos() > back)
            .mapToLong(Attempt::endNanos)
            .min()
            .orElse(0);
    Map<String, Long> outcomes =
        attempts.stream().collect(Collectors.groupingBy(Attempt::outcome, Collectors.counting()));
    return "%s; away for %d ms; slowest refusal %d ms; first acknowledgement after %d ms"
        .formatted(
            outcomes,
            TimeUnit.NANOSECONDS.toMillis(back - from),
            TimeUnit.NANOSECONDS.toMillis(slowest),
            TimeUnit.NANOSECONDS.toMillis(first - back));
  }

  /** Each message that was tried is stored once, at the place that was acknowledged. */
  private static void checkStored(RestClient reader, String channel, List<Writer> writers) {
    Map<String, Long> stored = new HashMap<>();
    List<Long> offsets = new ArrayList<>();
    String path = "/api/channels/" + RestClient.encode(channel) + "/messages?limit=100&after=";
    boolean more = true;
    while (more) {
      long after = offsets.isEmpty() ? 0 : offsets.get(offsets.size() - 1);
      Answer page = reader.get(path + after).join().orRefused();
      for (Object entry : JsonText.asList(page.json().get("messages"))) {
        Map<String, Object> message = JsonText.asObject(entry);
        long offset = (Long) message.get("offset");
        assertThat(stored.put((String) message.get("clientId"), offset))
            .as("stored before: %s", message)
            .isNull();
        offsets.add(offset);
      }
      more = Boolean.TRUE.equals(page.json().get("hasMore"));
    }
    assertThat(offsets)
        .isEqualTo(IntStream.rangeClosed(1, offsets.size()).asLongStream().boxed().toList());
    Map<String, Long> acknowledged = new HashMap<>();
    for (Writer writer : writers) {
      for (Attempt attempt : writer.attempts) {
        if (attempt.isOk()) {
          acknowledged.put(attempt.clientId(), attempt.offset());
        }
      }
    }
    assertThat(stored).isEqualTo(acknowledged);
  }

  /**
   * One try to send a message.
   *
   * @param outcome {@code ok}, the code of a refusal, or what else went wrong
   * @param offset 0 unless it was acknowledged
   */
  private record Attempt(
      String clientId, long startNanos, long endNanos, String outcome, long offset) {
    boolean isOk() {
      return outcome.equals("ok");
    }

    long tookNanos() {
      return endNanos - startNanos;
    }
  }

  /** One way to send. */
  private interface Sends {
    /** Completes with the message's offset, or fails. */
    CompletableFuture<Long> send(String channel, String clientId);
  }

  private static final class RestSends implements Sends {
    private final RestClient client;

    RestSends(Caller caller) {
      client = new RestClient(wire, caller);
    }

    @Override
    public CompletableFuture<Long> send(String channel, String clientId) {
      return client
          .post(
              "/api/channels/" + RestClient.encode(channel) + "/messages",
              Map.of("content", "hello", "clientId", clientId))
          .thenApply(
              answer -> {
                if (answer.status() == 503) {
                  assertThat(answer.head().header("retry-after")).matches("[1-9]\\d*");
                }
                return (Long) answer.orRefused().json().get("offset");
              });
    }

    @Override
    public String toString() {
      return client.caller().user();
    }
  }

  /** Over one socket, which has to stay open. */
  private static final class SocketSends implements Sends {
    private final String user;
    private final NativeSocketClient client;

    SocketSends(Caller caller) {
      user = caller.user();
      client =
          NativeSocketClient.connect(
                  wire,
                  caller,
                  new NativeSocketClient.Listener() {
                    @Override
                    public void frame(NativeSocketClient.Frame frame) {}

                    @Override
                    public void closed(int code, String reason, Throwable failure) {}
                  })
              .ready()
              .orTimeout(30, TimeUnit.SECONDS)
              .join();
    }

    @Override
    public CompletableFuture<Long> send(String channel, String clientId) {
      return client
          .ask(
              "message:send",
              Map.of("channelId", channel, "content", "hello", "clientId", clientId))
          .orTimeout(30, TimeUnit.SECONDS)
          .thenApply(ack -> (Long) ack.data().get("offset"));
    }

    @Override
    public String toString() {
      return user;
    }
  }

  /** Sends one message after the other, each as often as it takes. */
  private static final class Writer {
    private final String channel;
    private final Sends sends;
    private final Queue<Attempt> attempts = new ConcurrentLinkedQueue<>();
    private final AtomicInteger made = new AtomicInteger();
    private volatile boolean stopping;
    private volatile boolean stopped;

    Writer(String channel, Sends sends) {
      this.channel = channel;
      this.sends = sends;
    }

    void next() {
      attempt(sends + "-" + made.incrementAndGet());
    }

    private void attempt(String clientId) {
      long start = System.nanoTime();
      sends
          .send(channel, clientId)
          .whenComplete(
              (offset, failure) -> {
                String outcome = failure == null ? "ok" : codeOf(failure);
                attempts.add(
                    new Attempt(
                        clientId, start, System.nanoTime(), outcome, failure == null ? offset : 0));
                if (failure != null) {
                  wire.after(PAUSE, () -> attempt(clientId));
                } else if (stopping) {
                  stopped = true;
                } else {
                  wire.after(PAUSE, this::next);
                }
              });
    }

    private static String codeOf(Throwable failure) {
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      return cause instanceof Refused refused ? refused.code() : String.valueOf(cause);
    }

    long oksSince(long nanos) {
      return attempts.stream()
          .filter(attempt -> attempt.isOk() && attempt.endNanos() > nanos)
          .count();
    }

    long firstOkAfter(long nanos) {
      return attempts.stream()
          .filter(attempt -> attempt.isOk() && attempt.endNanos() > nanos)
          .mapToLong(Attempt::endNanos)
          .min()
          .orElseThrow();
    }

    @Override
    public String toString() {
      return sends.toString();
    }
  }
}
