package io.carillon.check;

import io.carillon.check.client.Answer;
import io.carillon.check.client.Caller;
import io.carillon.check.client.ConnectionLost;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.RestClient;
import io.carillon.check.client.SseClient;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.ProtocolViolation;
import io.carillon.check.wire.SseReader;
import io.carillon.check.wire.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Containers use response objects again, so a write that comes too late, after a client has broken
 * its stream off, would land in somebody else's response. Streams whose every event bears its
 * user's mark are broken off at random while others ask for things of their own over connections
 * that are kept: nobody ever gets another's mark, or a byte that is not due.
 */
public final class ForeignBytes {
  private static final Pattern MARK = Pattern.compile("mk[0-9a-f]{30}");

  /**
   * How large a run is.
   *
   * @param askers threads that make the requests, each as another of the streams' users
   * @param betweenCuts the longer a server takes to hear of a broken stream, the more of them count
   *     among its connections
   */
  public record Size(int requests, int streams, int askers, int writers, Duration betweenCuts) {}

  /** What came of it. */
  public record Outcome(long requests, long events, long cuts, List<String> faults) {
    @Override
    public String toString() {
      return "%d requests, %d events, %d cuts: %d faults"
          .formatted(requests, events, cuts, faults.size());
    }
  }

  private final Size size;
  private final SplittableRandom seeds;
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong events = new AtomicLong();
  private final AtomicLong cuts = new AtomicLong();
  private final List<User> users = new ArrayList<>();
  private volatile boolean over;

  public ForeignBytes(long seed, Size size) {
    this.seeds = new SplittableRandom(seed);
    this.size = size;
  }

  /**
   * Somebody whose channel, messages and notifications bear a mark that nobody else may ever see.
   * The id has none, since everybody is told who is there.
   */
  private record User(String mark, Caller caller, RestClient rest) {
    String channel() {
      return "private " + mark;
    }

    String path() {
      return "/api/channels/" + RestClient.encode(channel());
    }
  }

  /**
   * Runs once.
   *
   * @param members by number, each another user of the admin's organization
   */
  public Outcome run(IntFunction<Caller> members, Caller organizationAdmin)
      throws InterruptedException {
    try (Wire streamWire = new Wire("streams");
        Wire wire = new Wire("requests")) {
      for (int i = 0; i < size.streams(); i++) {
        users.add(user(wire, members.apply(i)));
      }
      RestClient admin = new RestClient(wire, organizationAdmin);
      List<Stream> streams = new ArrayList<>();
      for (int i = 0; i < size.streams(); i++) {
        Stream stream = new Stream(streamWire, users.get(i), Kind.of(i), seeds.split());
        streams.add(stream);
        streamWire.execute(stream::connect);
      }
      List<Thread> askers = new ArrayList<>();
      List<Thread> others = new ArrayList<>();
      for (int i = 0; i < size.askers(); i++) {
        User user = users.get(i * (size.streams() / size.askers()));
        SplittableRandom random = seeds.split();
        askers.add(start("asker " + i, () -> ask(wire, user, random)));
      }
      for (int i = 0; i < size.writers(); i++) {
        SplittableRandom random = seeds.split();
        others.add(start("writer " + i, () -> write(admin, random)));
      }
      SplittableRandom random = seeds.split();
      others.add(start("cutter", () -> cut(streams, random)));
      for (Thread asker : askers) {
        asker.join();
      }
      over = true;
      for (Thread other : others) {
        other.join();
      }
      users.forEach(user -> faults.addAll(user.rest().violations()));
      faults.addAll(admin.violations());
      for (Wire each : List.of(wire, streamWire)) {
        if (each.failure() != null) {
          faults.add("a client failed: " + each.failure());
        }
      }
    }
    return new Outcome(asked.get(), events.get(), cuts.get(), List.copyOf(faults));
  }

  private User user(Wire wire, Caller caller) {
    String mark =
        "mk" + String.format("%016x%016x", seeds.nextLong(), seeds.nextLong()).substring(2);
    User user = new User(mark, caller, new RestClient(wire, caller));
    Map<String, Object> channel = new LinkedHashMap<>();
    channel.put("channelId", user.channel());
    channel.put("visibility", "PRIVATE");
    channel.put("title", "Of " + mark);
    user.rest().post("/api/channels", channel).join().orRefused();
    return user;
  }

  private Thread start(String name, Runnable task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (RuntimeException e) {
                faults.add(name + " failed: " + e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Whatever a user gets must bear no mark but the user's own. */
  private void look(User user, String where, String text) {
    Matcher marks = MARK.matcher(text);
    while (marks.find()) {
      if (!marks.group().equals(user.mark())) {
        faults.add(where + " of " + user.mark() + " has " + marks.group() + ": " + text);
        return;
      }
    }
  }

  // ---- requests over connections that are kept

  private void ask(Wire wire, User user, SplittableRandom random) {
    RestClient client = new RestClient(wire, user.caller(), 1);
    List<String> paths =
        List.of(
            "/api/me",
            user.path(),
            user.path() + "/messages?limit=5",
            "/api/notifications?limit=3",
            "/api/poll?wait=0&channel=" + RestClient.encode(user.channel()));
    while (asked.incrementAndGet() <= size.requests()) {
      String path = paths.get(random.nextInt(paths.size()));
      Answer answer;
      try {
        answer = client.get(path).join();
      } catch (CompletionException e) {
        faults.add("no answer to " + path + ": " + e.getCause());
        continue;
      }
      if (answer.status() != 200) {
        faults.add(answer.status() + " for " + path + ": " + answer.text());
      }
      look(user, path, answer.head() + answer.text());
      JsonText.object(answer.text());
      boolean own =
          path.equals("/api/me")
              ? answer.text().contains('"' + user.caller().user() + '"')
              : !path.equals(user.path()) || answer.text().contains(user.mark());
      if (!own) {
        faults.add(path + " is not the user's own: " + answer.text());
      }
    }
    faults.addAll(client.violations());
  }

  // ---- what the streams carry

  private void write(RestClient admin, SplittableRandom random) {
    while (!over) {
      User user = users.get(random.nextInt(users.size()));
      Map<String, Object> body = new LinkedHashMap<>();
      if (random.nextInt(3) == 0) {
        body.put("userId", user.caller().user());
        body.put("type", "note");
        body.put("title", user.mark());
        body.put("message", user.mark().repeat(1 + random.nextInt(10)));
        admin.post("/api/notifications", body).join().orRefused();
      } else {
        body.put("content", user.mark().repeat(1 + random.nextInt(200)));
        Answer answer = user.rest().post(user.path() + "/messages", body).join().orRefused();
        look(user, "answer", answer.text());
      }
    }
  }

  private void cut(List<Stream> streams, SplittableRandom random) {
    while (!over) {
      LockSupport.parkNanos(size.betweenCuts().toNanos());
      streams.get(random.nextInt(streams.size())).cut();
      cuts.incrementAndGet();
    }
  }

  private enum Kind {
    CHANNEL,
    EVENTS,
    NOTIFICATIONS,
    POLL,
    SOCKET;

    static Kind of(int number) {
      return values()[number % values().length];
    }
  }

  /** A user's stream, which comes back when it is broken off. Of its wire's thread, but for cut. */
  private final class Stream implements SseClient.Listener, NativeSocketClient.Listener {
    private static final int MAX_AWAY_MILLIS = 30;

    private final Wire wire;
    private final User user;
    private final Kind kind;
    private final SplittableRandom random;
    private final RestClient polls;
    private SseClient stream;
    private NativeSocketClient socket;
    private String position = "";

    Stream(Wire wire, User user, Kind kind, SplittableRandom random) {
      this.wire = wire;
      this.user = user;
      this.kind = kind;
      this.random = random;
      this.polls = new RestClient(wire, user.caller(), 1);
    }

    void connect() {
      if (over) {
        return;
      }
      String channel = RestClient.encode(user.channel());
      switch (kind) {
        case CHANNEL -> stream = open(user.path() + "/events");
        case EVENTS -> stream = open("/api/events?channel=" + channel);
        case NOTIFICATIONS -> stream = open("/api/notifications/stream");
        case POLL -> poll(channel);
        case SOCKET -> socket = NativeSocketClient.connect(wire, user.caller(), this);
      }
    }

    private SseClient open(String path) {
      return SseClient.open(wire, user.caller(), path, position, this);
    }

    private void poll(String channel) {
      String since = position.isEmpty() ? "" : "&since=" + position;
      polls
          .get("/api/poll?wait=2&channel=" + channel + since)
          .whenComplete(
              (answer, failure) -> {
                if (failure == null) {
                  look(user, "poll", answer.text());
                  position = (String) answer.orRefused().json().get("position");
                  events.incrementAndGet();
                } else if (!(failure instanceof ConnectionLost)) {
                  faults.add("poll: " + failure);
                }
                faults.addAll(polls.violations());
                comeBack();
              });
    }

    /** Breaks off, in whatever way and in the middle of whatever comes. */
    void cut() {
      wire.execute(
          () -> {
            boolean rudely = random.nextInt(3) > 0;
            if (kind == Kind.POLL) {
              polls.cut();
            } else if (stream != null && rudely) {
              stream.cut();
            } else if (stream != null) {
              stream.leave();
            } else if (socket != null && rudely) {
              socket.cut();
            } else if (socket != null) {
              socket.leave();
            }
          });
    }

    private void comeBack() {
      wire.after(Duration.ofMillis(random.nextInt(MAX_AWAY_MILLIS)), this::connect);
    }

    @Override
    public void event(SseReader.Event event) {
      events.incrementAndGet();
      position = event.lastId();
      look(user, kind.toString(), event.toString());
      JsonText.object(event.data());
    }

    @Override
    public void moved(String lastId) {
      position = lastId;
    }

    @Override
    public void closed(Throwable failure) {
      if (failure instanceof ProtocolViolation) {
        faults.add(kind + ": " + failure.getMessage());
      }
      comeBack();
    }

    @Override
    public void opened() {
      Map<String, Object> join = new LinkedHashMap<>();
      join.put("channelId", user.channel());
      socket.ask("channel:join", join);
    }

    @Override
    public void frame(NativeSocketClient.Frame frame) {
      events.incrementAndGet();
      look(user, kind.toString(), frame.toString());
    }

    @Override
    public void closed(int code, String reason, Throwable failure) {
      closed(failure);
    }
  }
}
