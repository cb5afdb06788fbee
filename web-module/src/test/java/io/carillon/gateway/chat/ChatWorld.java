package io.carillon.gateway.chat;

import io.carillon.application.Connections;
import io.carillon.application.Draft;
import io.carillon.application.HistoryRequest;
import io.carillon.application.Joining;
import io.carillon.application.LiveConnection;
import io.carillon.application.MessageService;
import io.carillon.application.ReadMarks;
import io.carillon.application.Receipt;
import io.carillon.application.Since;
import io.carillon.application.SubscriptionService;
import io.carillon.bus.LoopbackBus;
import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.Cursor;
import io.carillon.domain.channel.Role;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.hub.Hub;
import io.carillon.hub.Subscriber;
import io.carillon.hub.Subscription;
import io.carillon.node.Metrics;
import io.carillon.presence.PresenceService;
import io.carillon.presence.PresenceView;
import io.carillon.presence.TypingService;
import io.carillon.security.Authenticator;
import io.carillon.transport.FakeWebSocket;
import io.carillon.transport.ManualWorkers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * What a session lives in, made by hand: channels at fixed positions, a log that answers when told,
 * and a hub that is never started, so that a test delivers events itself.
 */
final class ChatWorld {
  static final String EPOCH = "k3";

  final ManualWorkers workers = new ManualWorkers();
  final List<String> deeds = new ArrayList<>(); // what services were asked to do
  final Map<ChannelName, Joining> joinings = new HashMap<>();
  final Map<ChannelName, List<Subscriber>> started = new HashMap<>();
  final Map<ChannelName, Subscription> subscriptions = new HashMap<>();
  final List<CompletableFuture<Receipt>> unanswered = new ArrayList<>();
  List<Publication> history = List.of();
  RuntimeException failure; // of the next question to the database
  private final Metrics metrics = new Metrics(new SimpleMeterRegistry());
  private final Hub hub;
  private final ChatSessions sessions;

  ChatWorld(Map<String, String> settings) {
    Settings made = Settings.of(settings);
    hub = new Hub(new LoopbackBus(), null, workers, metrics, made, askers -> askers);
    sessions =
        new ChatSessions(
            new FakeConnections(),
            new FakeMessages(),
            new FakeSubscriptions(),
            new FakePresence(),
            new FakeTyping(),
            new FakeReadMarks(),
            new FakeAuthenticator(),
            workers,
            metrics,
            made);
    channel("user:alice", ChannelKind.INBOX, 3);
    channel("org:demo", ChannelKind.ANNOUNCEMENTS, 5);
    channel("general", ChannelKind.CHAT, 20);
  }

  /** A connection of this user, open, with its own subscriptions running. */
  FakeWebSocket connect(Identity identity) {
    FakeWebSocket connection = new FakeWebSocket(sessions.with(identity), workers);
    connection.opened();
    workers.work();
    return connection;
  }

  void channel(String name, ChannelKind kind, long lastOffset) {
    ChannelKey key = key(name);
    boolean logged = kind.isLogged();
    joinings.put(
        key.name(),
        new Joining(
            key,
            kind,
            1,
            Optional.of(Role.WRITER),
            logged ? Optional.of(new Cursor(EPOCH, lastOffset)) : Optional.empty(),
            false,
            Optional.empty(),
            logged ? lastOffset : Subscription.NOW,
            0));
  }

  static ChannelKey key(String name) {
    return new ChannelKey("demo", new ChannelName(name));
  }

  static Publication message(String channel, long offset, String content) {
    return new Publication(
        key(channel),
        ChannelKind.CHAT,
        EPOCH,
        offset,
        offset,
        Publication.Change.CREATED,
        "m" + offset,
        Publication.CHAT,
        '"' + content + '"',
        "bob",
        "Bob",
        "",
        "",
        Instant.parse("2026-01-05T10:00:00Z").toEpochMilli(),
        0,
        1,
        InboxState.NEW);
  }

  /** The channel's subscriber that was started last. */
  Subscriber subscriber(String channel) {
    List<Subscriber> all = started.get(new ChannelName(channel));
    return all.get(all.size() - 1);
  }

  Subscription subscription(String channel) {
    return subscriptions.get(new ChannelName(channel));
  }

  private void mayFail() {
    if (failure != null) {
      RuntimeException now = failure;
      failure = null;
      throw now;
    }
  }

  private final class FakeConnections extends Connections {
    @Override
    public String opened(LiveConnection connection) {
      deeds.add("opened");
      return "presence-1";
    }

    @Override
    public void closed(LiveConnection connection) {
      deeds.add("closed");
    }
  }

  private final class FakeSubscriptions extends SubscriptionService {
    @Override
    public List<Joining> prepareAll(
        Identity by, Collection<ChannelName> names, Since since, int resumeLimit) {
      return names.stream().map(name -> prepare(by, name, since, resumeLimit)).toList();
    }

    @Override
    public Joining prepare(Identity by, ChannelName name, Since since, int resumeLimit) {
      mayFail();
      Joining joining = joinings.get(name);
      if (joining == null) {
        throw new RealtimeException(ErrorCode.FORBIDDEN, "no such channel");
      }
      if (since.text().isEmpty() || joining.position().isEmpty()) {
        return joining;
      }
      Optional<Cursor> cursor = Cursor.parse(since.text().get());
      boolean resumed = cursor.filter(c -> c.epoch().equals(EPOCH)).isPresent();
      return new Joining(
          joining.channel(),
          joining.kind(),
          joining.channelNumber(),
          joining.role(),
          joining.position(),
          resumed,
          resumed ? Optional.empty() : Optional.of(Joining.NoResume.EPOCH),
          resumed ? cursor.get().offset() : joining.startFrom(),
          0);
    }

    @Override
    public Subscription start(Joining joining, Subscriber subscriber) {
      deeds.add("start " + joining.channel().name() + " from " + joining.startFrom());
      started.computeIfAbsent(joining.channel().name(), name -> new ArrayList<>()).add(subscriber);
      Subscription subscription = hub.subscribe(joining.channel(), joining.startFrom(), subscriber);
      subscriptions.put(joining.channel().name(), subscription);
      return subscription;
    }
  }

  private final class FakeMessages extends MessageService {
    @Override
    public CompletionStage<Receipt> send(
        Identity by, ChannelName channel, Draft draft, String transport) {
      mayFail();
      deeds.add("send " + channel + ' ' + draft.payload() + " over " + transport);
      return answerLater();
    }

    @Override
    public CompletionStage<Receipt> edit(
        Identity by,
        ChannelName channel,
        String messageId,
        UnaryOperator<String> change,
        int weightBytes,
        OptionalInt expectedVersion) {
      deeds.add("edit " + messageId + ' ' + change.apply("old"));
      return answerLater();
    }

    @Override
    public CompletionStage<Receipt> delete(
        Identity by, ChannelName channel, String messageId, OptionalInt expectedVersion) {
      deeds.add("delete " + messageId);
      return answerLater();
    }

    private CompletionStage<Receipt> answerLater() {
      CompletableFuture<Receipt> answer = new CompletableFuture<>();
      unanswered.add(answer);
      return answer;
    }

    @Override
    public HistoryPage history(Identity by, ChannelName channel, HistoryRequest request) {
      mayFail();
      deeds.add("history " + request.direction() + ' ' + request.offset());
      return new HistoryPage(history, false, new Cursor(EPOCH, 20));
    }
  }

  private final class FakePresence extends PresenceService {
    @Override
    public void joined(String connectionId, Identity identity, ChannelKey channel) {
      deeds.add("present in " + channel.name());
    }

    @Override
    public void left(String connectionId, Identity identity, ChannelKey channel) {
      deeds.add("absent from " + channel.name());
    }

    @Override
    public List<PresenceView> query(Identity identity, List<UserId> users) {
      return users.stream().map(user -> new PresenceView(user, true, 0, "")).toList();
    }

    @Override
    public List<PresenceView> ofChannel(Identity identity, ChannelName name) {
      return List.of(new PresenceView(new UserId("bob"), true, 0, "{\"a\":1}"));
    }
  }

  private final class FakeTyping extends TypingService {
    @Override
    public void start(Identity identity, ChannelName name) {
      deeds.add("types in " + name);
    }

    @Override
    public void stop(Identity identity, ChannelName name) {
      deeds.add("does not type in " + name);
    }
  }

  private final class FakeReadMarks extends ReadMarks {
    @Override
    public void read(Identity by, ChannelName name, long offset) {
      deeds.add("has read " + name + " to " + offset);
    }
  }

  private static final class FakeAuthenticator extends Authenticator {
    @Override
    public Identity renew(Identity current, String token) {
      if (!token.equals("newer")) {
        throw new RealtimeException(ErrorCode.UNAUTHENTICATED, "token");
      }
      return new Identity(
          current.organization(),
          current.userId(),
          current.name(),
          current.avatarUrl(),
          current.role(),
          "newer",
          Instant.parse("2026-01-05T12:00:00Z"),
          current.kind());
    }
  }
}
