package io.carillon.rights;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.NativeSocketClient.Frame;
import io.carillon.check.client.Refused;
import io.carillon.check.client.Tokens;
import io.carillon.check.wire.Wire;
import io.carillon.config.Settings;
import io.carillon.tomcat.TomcatServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A running server with every kind of channel, and every kind of caller in each of them. Channels
 * do not touch each other, so work on several at once is safe; on one channel, one at a time.
 */
final class World implements AutoCloseable {
  public static final String SECRET = "the rights' tests have this secret, which is long enough";

  /** As limits allow; nothing here is about limits. */
  private static final String MANY = "1000000";

  private static final Duration MAX_WAIT = Duration.ofSeconds(20);
  private static final String ORGANIZATION = "demo";
  private static final String ELSEWHERE = "elsewhere";
  private static final String ABROAD = "abroad";
  private static final int THREADS = 6;
  private static final String NO_MESSAGE = "01890000-0000-7000-8000-000000000000";

  // Who helps: an admin who undoes things, a moderator who writes, those whom things are done to.
  private static final String ROOT = "rights-root";
  private static final String PEER = "rights-peer";
  private static final String OBSERVER = "rights-observer";
  static final String VICTIM = "rights-victim";
  static final String VICTIM_MODERATOR = "rights-victim-moderator";
  static final String GUEST = "rights-guest";

  /** The name of a channel of the organization that is none of the places. */
  static final String TAKEN = "general";

  /** Another one, with carol among its members; no other organization has one of that name. */
  static final String SHARED = "random";

  private record Author(Subject subject, Place place) {}

  private final Tokens tokens = new Tokens(SECRET);
  private final Runnable stop;
  private final InetSocketAddress node;
  private final String contextPath;
  private final Http http;
  private final Wire wire = new Wire("rights");
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final Map<Subject, String> tokenOf = new EnumMap<>(Subject.class);
  private final Map<Subject, String> spareTokenOf = new EnumMap<>(Subject.class);
  private final Map<Subject, String> notificationOf = new EnumMap<>(Subject.class);
  private final Map<Subject, NativeSocketClient> sockets = new EnumMap<>(Subject.class);
  private final Map<Subject, String> socketRefusals = new ConcurrentHashMap<>();
  private final Map<Author, String> messages = new ConcurrentHashMap<>();
  private final Map<Place, String> peersMessages = new ConcurrentHashMap<>();
  private final Map<String, BlockingQueue<Frame>> observed = new ConcurrentHashMap<>();
  private final Map<String, Set<String>> refusals = new ConcurrentHashMap<>();
  private final Set<String> neverStored = ConcurrentHashMap.newKeySet();
  private final AtomicLong lastText = new AtomicLong();
  private final String root;
  private final String peer;
  private final String keyUserId;
  private final String rootsNotification;

  /** On a server of its own. */
  static World onTomcat(Path folder) {
    TomcatServer server = TomcatServer.start(Settings.of(settings(folder)));
    InetSocketAddress node = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    return new World(node, "", server::close);
  }

  /** On a server that has {@link #SECRET}, and the demonstration. */
  World(InetSocketAddress node, String contextPath, Runnable stop) {
    this.node = node;
    this.contextPath = contextPath;
    this.stop = stop;
    http = new Http(node, contextPath);
    root = tokens.of(ORGANIZATION, ROOT, "ADMIN");
    peer = tokens.of(ORGANIZATION, PEER, "MEMBER");
    for (Subject subject : Subject.values()) {
      tokenOf.put(subject, token(subject, 1));
      spareTokenOf.put(subject, token(subject, 2));
    }
    keyUserId =
        http.send("GET", "/api/me", tokenOf(Subject.API_KEY), null).orFail("key").text("id");
    for (String helper : List.of(VICTIM, VICTIM_MODERATOR, GUEST, OBSERVER, PEER)) {
      meet(tokens.of(ORGANIZATION, helper, "MEMBER"));
    }
    for (Subject subject : Subject.values()) {
      if (subject.isKnown()) {
        meet(tokenOf(subject));
      }
    }
    eachPlace(this::make);
    for (Subject subject : Subject.values()) {
      if (subject.isKnown()) {
        prepare(subject);
      }
    }
    rootsNotification = notify(root, ROOT);
    observe();
  }

  static Map<String, String> settings(Path folder) {
    Map<String, String> settings = new HashMap<>();
    settings.put("CARILLON_HTTP_PORT", "0");
    settings.put("CARILLON_DEMO", "true");
    settings.put("CARILLON_DATA_FOLDER", folder.toString());
    settings.put("CARILLON_TOKEN_SECRET", SECRET);
    settings.put("CARILLON_LIMIT_MESSAGES_PER_MINUTE", "0");
    settings.put("CARILLON_LIMIT_FRAMES_PER_SECOND", "0");
    settings.put("CARILLON_LIMIT_CONNECTIONS", MANY);
    settings.put("CARILLON_LIMIT_CONNECTIONS_PER_USER", MANY);
    settings.put("CARILLON_LIMIT_CONNECTIONS_PER_ADDRESS", MANY);
    settings.put("CARILLON_PRESENCE_DELIVERIES_PER_SECOND", "0");
    return settings;
  }

  private String token(Subject subject, int hours) {
    String user = subject.userId();
    Duration lifetime = Duration.ofHours(hours);
    return switch (subject) {
      case OWNER, MODERATOR, WRITER, READER, MUTED, OUTSIDER, REMOVED ->
          tokens.of(ORGANIZATION, user, "MEMBER", lifetime);
      case ADMIN -> tokens.of(ORGANIZATION, user, "ADMIN", lifetime);
      case ORGANIZATION_OWNER -> tokens.of(ORGANIZATION, user, "OWNER", lifetime);
      case VIEWER -> tokens.of(ORGANIZATION, user, "VIEWER", lifetime);
      case ORGANIZATION_MODERATOR -> tokens.of(ORGANIZATION, user, "MODERATOR", lifetime);
      case CHANNEL_ADMIN -> tokens.of(ORGANIZATION, user, "CHANNEL_ADMIN", lifetime);
      case OPERATOR -> tokens.of(ORGANIZATION, user, "OPERATOR", lifetime);
      case FOREIGN -> tokens.of(ELSEWHERE, user, "MEMBER", lifetime);
      case FOREIGN_ADMIN -> tokens.of(ABROAD, user, "ADMIN", lifetime);
      case API_KEY -> key("rights").text("key");
      case REVOKED -> {
        Reply key = key("revoked");
        root("DELETE", "/api/keys/" + key.text("id"), null);
        yield key.text("key");
      }
      case EXPIRED ->
          tokens.of(ORGANIZATION, Subject.WRITER.userId(), "MEMBER", lifetime.negated());
      case ANONYMOUS -> null;
    };
  }

  private Reply key(String name) {
    return http.send("POST", "/api/keys", root, Map.of("name", name)).orFail("key");
  }

  /** Accounts of foreign tokens are made on first sight, and inboxes when first asked for. */
  private void meet(String token) {
    Reply me = http.send("GET", "/api/me", token, null).orFail("me");
    if (me.text("kind").equals("USER")) {
      String inbox = Http.encode("user:" + me.text("id"));
      http.send("GET", "/api/channels/" + inbox + "/messages", token, null).orFail("inbox");
    }
  }

  // ---- the channels

  private void make(Place place) {
    if (!place.isMade()) {
      return;
    }
    String name = nameOf(place, Subject.OWNER);
    String path = "/api/channels/" + Http.encode(name);
    String owner = tokenOf(Subject.OWNER);
    http.send(
            "POST",
            "/api/channels",
            owner,
            Map.of("channelId", name, "kind", place.kind(), "visibility", place.visibility()))
        .orFail("channel");
    Map<String, String> members = new TreeMap<>();
    members.put(PEER, "MODERATOR");
    members.put(VICTIM, "WRITER");
    members.put(VICTIM_MODERATOR, "MODERATOR");
    members.put(OBSERVER, "READER");
    members.put(Subject.MODERATOR.userId(), "MODERATOR");
    for (Subject writer : List.of(Subject.WRITER, Subject.READER, Subject.MUTED, Subject.REMOVED)) {
      members.put(writer.userId(), "WRITER");
    }
    members.forEach(
        (user, role) ->
            http.send("POST", path + "/members", owner, Map.of("userId", user, "role", role))
                .orFail("member"));
    if (place.isLogged()) {
      writeEverybodysMessage(place);
    }
    String ofMember = path + "/members/";
    http.send("PATCH", ofMember + Subject.READER.userId(), owner, Map.of("role", "READER"))
        .orFail("reader");
    http.send("PATCH", ofMember + Subject.MUTED.userId(), owner, mute()).orFail("mute");
    http.send("DELETE", ofMember + Subject.REMOVED.userId(), owner, null).orFail("removal");
    http.send(
            "PATCH",
            path,
            owner,
            Map.of("policy", Map.of("publish", place.publish()), "archived", place.isArchived()))
        .orFail("policy");
  }

  static Map<String, Object> mute() {
    return Map.of("mutedUntil", "2999-01-01T00:00:00.000Z");
  }

  static Map<String, Object> unmute() {
    Map<String, Object> body = new HashMap<>();
    body.put("mutedUntil", null);
    return body;
  }

  /** While everybody may still write who is ever to have written there. */
  private void writeEverybodysMessage(Place place) {
    boolean list = place.isList();
    String path =
        (list ? "/api/lists/" : "/api/channels/")
            + Http.encode(nameOf(place, Subject.OWNER))
            + (list ? "/todos" : "/messages");
    for (Subject subject : Subject.values()) {
      if (subject.isKnown()) {
        Map<String, Object> body = Map.of(list ? "text" : "content", freshText("before"));
        Reply reply = http.send("POST", path, tokenOf(subject), body);
        if (reply.status() < 300) {
          messages.put(new Author(subject, place), reply.text("id"));
        }
      }
    }
    Map<String, Object> body = Map.of(list ? "text" : "content", freshText("peer"));
    peersMessages.put(place, http.send("POST", path, peer, body).orFail("peer").text("id"));
  }

  private void prepare(Subject subject) {
    if (subject != Subject.API_KEY) {
      String organization =
          switch (subject) {
            case FOREIGN -> ELSEWHERE;
            case FOREIGN_ADMIN -> ABROAD;
            default -> ORGANIZATION;
          };
      String admin = tokens.of(organization, ROOT, "ADMIN");
      notificationOf.put(subject, notify(admin, subject.userId()));
    }
    sockets.put(subject, connect(tokenOf(subject), this::noteRefusal));
  }

  private String notify(String admin, String user) {
    Map<String, Object> notice = Map.of("userId", user, "type", "news", "title", "You are here");
    return http.send("POST", "/api/notifications", admin, notice).orFail("notification").text("id");
  }

  private NativeSocketClient connect(String token, Consumer<Frame> heard) {
    return get(
        NativeSocketClient.connect(
                wire,
                new Caller(node, contextPath, "", "", token),
                new NativeSocketClient.Listener() {
                  @Override
                  public void frame(Frame frame) {
                    heard.accept(frame);
                  }

                  @Override
                  public void closed(int code, String reason, Throwable failure) {
                    // whoever asks next is told
                  }
                })
            .ready());
  }

  private void noteRefusal(Frame frame) {
    if (frame.event().equals("error") && frame.ref() != null) {
      refusal("frame " + frame.data().get("code"), frame.data().toString());
    }
  }

  private void observe() {
    for (Place place : Place.values()) {
      observed.put(nameOf(place, Subject.OWNER), new LinkedBlockingQueue<>());
    }
    NativeSocketClient observer =
        connect(
            tokens.of(ORGANIZATION, OBSERVER, "MEMBER"),
            frame -> {
              if (frame.data().get("channelId") instanceof String channel
                  && (frame.event().equals("typing:update")
                      || frame.event().equals("member:added"))) {
                observed.get(channel).add(frame);
              }
            });
    for (Place place : Place.values()) {
      if (place.isMade()) {
        get(observer.ask("channel:join", Map.of("channelId", nameOf(place, Subject.OWNER))));
      }
    }
  }

  // ---- who and where

  Http http() {
    return http;
  }

  String tokenOf(Subject subject) {
    return tokenOf.get(subject);
  }

  /** A token that may be spoilt. */
  String spareTokenOf(Subject subject) {
    return spareTokenOf.get(subject);
  }

  String peerToken() {
    return peer;
  }

  String userIdOf(Subject subject) {
    return subject == Subject.API_KEY ? keyUserId : subject.userId();
  }

  String notificationOf(Subject subject) {
    return notificationOf.getOrDefault(subject, rootsNotification);
  }

  /** A key that nobody uses, made for this. */
  String spareKeyId() {
    return key("spare").text("id");
  }

  String rootsNotification() {
    return rootsNotification;
  }

  String nameOf(Place place, Subject subject) {
    return switch (place) {
      case OWN_INBOX -> "user:" + userIdOf(subject);
      case OTHERS_INBOX -> "user:" + OBSERVER;
      case ANNOUNCEMENTS -> "org:" + ORGANIZATION;
      default -> "rights/" + place.code();
    };
  }

  /**
   * A message that was there before.
   *
   * @param author null for the peer, who also stands in for those who have never written
   */
  String messageOf(Subject author, Place place) {
    String peers = peersMessages.getOrDefault(place, NO_MESSAGE);
    return author == null ? peers : messages.getOrDefault(new Author(author, place), peers);
  }

  String freshText(String about) {
    return about + " #" + lastText.incrementAndGet();
  }

  // ---- what happens

  /** Why somebody gets no socket; asked once, since the socket comes before any frame. */
  String refusedSocketOf(Subject subject) {
    return socketRefusals.computeIfAbsent(
        subject, s -> http.upgrade("/ws", tokenOf(s)).text("code"));
  }

  /** Sends a frame, and waits for the answer: its event, or its code. */
  String ask(Subject subject, String event, Map<String, Object> data) {
    try {
      return get(sockets.get(subject).ask(event, data)).event();
    } catch (Refused refused) {
      return refused.code();
    }
  }

  void root(String method, String path, Map<String, Object> body) {
    http.send(method, path, root, body).orFail("undoing with " + method + ' ' + path);
  }

  /**
   * What others saw of somebody's typing since this was asked last. A member who comes is told to
   * the channel after whatever happened before.
   */
  List<Boolean> typingShown(Place place, String user) {
    List<Boolean> shown = new ArrayList<>();
    BlockingQueue<Frame> frames = observed.get(nameOf(place, Subject.OWNER));
    String members = "/api/channels/" + Http.encode(nameOf(place, Subject.OWNER)) + "/members";
    String last = "rights-mark-" + lastText.incrementAndGet();
    if (place.isMade()) {
      root("POST", members, Map.of("userId", last, "role", "READER"));
    }
    while (place.isMade() || !frames.isEmpty()) {
      Frame frame = next(frames);
      Object who = frame.data().get("userId");
      if (who.equals(last)) {
        break;
      }
      if (who.equals(user) && frame.event().equals("typing:update")) {
        shown.add((Boolean) frame.data().get("isTyping"));
      }
    }
    if (place.isMade()) {
      root("DELETE", members + '/' + last, null);
    }
    return shown;
  }

  private static Frame next(BlockingQueue<Frame> frames) {
    try {
      Frame frame = frames.poll(MAX_WAIT.toSeconds(), TimeUnit.SECONDS);
      if (frame == null) {
        throw new IllegalStateException("the observer hears nothing");
      }
      return frame;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  void refusal(String verdict, String body) {
    refusals.computeIfAbsent(verdict, v -> ConcurrentHashMap.newKeySet()).add(body);
  }

  /** What refusals said, by verdict. */
  Map<String, Set<String>> refusals() {
    return new TreeMap<>(refusals);
  }

  void neverStored(String text) {
    neverStored.add(text);
  }

  /** Texts of refused requests that a program finds in the record all the same. */
  List<String> storedAfterAll() {
    List<String> found = new ArrayList<>();
    for (Place place : Place.values()) {
      if (!place.isMade() || !place.isLogged()) {
        continue;
      }
      StringBuilder record = new StringBuilder();
      String path = "/api/channels/" + Http.encode(nameOf(place, Subject.OWNER)) + "/messages";
      long after = 0;
      Map<String, Object> page;
      do {
        page =
            http.send("GET", path + "?limit=50&after=" + after, tokenOf(Subject.API_KEY), null)
                .orFail("history")
                .json();
        for (Object message : (List<?>) page.get("messages")) {
          after = (Long) ((Map<?, ?>) message).get("offset");
          record.append(message).append('\n');
        }
      } while (Boolean.TRUE.equals(page.get("hasMore")));
      neverStored.stream().filter(text -> isIn(record, text)).forEach(found::add);
    }
    return found;
  }

  private static boolean isIn(StringBuilder record, String text) {
    int at = record.indexOf(text);
    return at >= 0 && !Character.isDigit(record.charAt(at + text.length()));
  }

  // ---- work

  /** Does something in all channels, some at a time, and waits for it. */
  void eachPlace(Consumer<Place> work) {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (Place place : Place.values()) {
      all.add(CompletableFuture.runAsync(() -> work.accept(place), threads));
    }
    all.forEach(CompletableFuture::join);
  }

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(MAX_WAIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    wire.close();
    stop.run();
  }
}
