package io.carillon.gateway;

import io.carillon.application.Failures;
import io.carillon.application.HistoryRequest;
import io.carillon.application.HistoryRequest.Direction;
import io.carillon.application.Joining;
import io.carillon.application.LiveConnection;
import io.carillon.application.Receipt;
import io.carillon.application.Since;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.ClientFrame.Ref;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import io.carillon.hub.PublicationEncoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What one client may ask for, and the channels that it listens to: the same in every protocol that
 * speaks of {@code channel:join} and {@code message:send}. Frames are handled in order, one at a
 * time. Events of channels come from the hub's threads, and go to the queue past this object.
 */
public final class Conversation implements ClientFrame.Handler {
  /** Messages that a join brings along where nothing is resumed. */
  private static final int FIRST_PAGE = HistoryRequest.DEFAULT_LIMIT;

  /** What a protocol makes of a conversation. Any thread; nothing here may block. */
  public interface Wire {
    /**
     * An answer in the protocol's own form.
     *
     * @param event its name
     * @param members of its data object
     * @return empty where the protocol has no such answer
     */
    Optional<EncodedFrame> answer(String event, Ref ref, EventJson.Writing members);

    /** Who the client is now. */
    Identity identity();

    /** The same user has shown a newer proof. */
    void renew(Identity renewed);

    OutboundQueue queue();

    /** As {@link LiveConnection#transport}. */
    String transport();

    void close(ErrorCode reason);

    /** How the channel's events are written; called once for each channel that is joined. */
    PublicationEncoder encoder(Joining joining);

    /** A channel's events may come from now on; before its answers are sent. */
    default void entered(JoinedChannel joined, Joining joining) {}

    /** No more of its events are wanted. */
    default void left(JoinedChannel joined) {}

    /** Hands an event over, as the encoder made it. */
    default OutboundQueue.Offer deliver(
        JoinedChannel joined, ChannelEvent event, EncodedFrame frame) {
      return queue().offer(frame);
    }
  }

  private final GatewayServices services;
  private final Wire wire;
  private final Answers answers;
  private volatile String presenceId; // set before anything is handled

  // Guarded by this.
  private Map<ChannelName, JoinedChannel> channels = new HashMap<>(4);
  private boolean closed;
  private int unanswered; // changes that were begun
  private Runnable leave; // to be run when all are answered; null unless the node drains

  public Conversation(GatewayServices services, Wire wire) {
    this.services = services;
    this.wire = wire;
    this.answers = new Answers(wire);
  }

  /**
   * Begins, before anything else.
   *
   * @param newPresenceId what presence knows the connection by
   */
  public void begin(String newPresenceId) {
    presenceId = newPresenceId;
  }

  /** The user's inbox and the organization's announcements; nothing for an API key. */
  public static List<ChannelName> ownChannels(Identity identity) {
    return identity.kind() == Identity.Kind.USER
        ? List.of(
            ChannelName.inboxOf(identity.userId()),
            ChannelName.announcementsOf(identity.organization()))
        : List.of();
  }

  /**
   * Listens to the user's inbox and the announcements, which nobody has to join. Waits for the
   * database. A failure closes the connection: half a one would miss things unnoticed.
   */
  public void listenToOwn() {
    try {
      services
          .subscriptions()
          .prepareAll(identity(), ownChannels(identity()), Since.none(), 0)
          .forEach(joining -> listenTo(joining, true));
    } catch (RuntimeException e) {
      wire.close(Failures.of(e).code());
    }
  }

  /**
   * Listens to a channel without an answer to the client.
   *
   * @param automatic as in {@link JoinedChannel}
   */
  public void listenTo(Joining joining, boolean automatic) {
    JoinedChannel joined = new JoinedChannel(this, joining, automatic);
    if (enter(joined, joining)) {
      if (!automatic) {
        services.presence().joined(presenceId, identity(), joining.channel());
      }
      joined.started(services.subscriptions().start(joining, joined));
    }
  }

  Identity identity() {
    return wire.identity();
  }

  OutboundQueue queue() {
    return wire.queue();
  }

  PublicationEncoder encoder(Joining joining) {
    return wire.encoder(joining);
  }

  OutboundQueue.Offer deliver(JoinedChannel joined, ChannelEvent event, EncodedFrame frame) {
    return wire.deliver(joined, event, frame);
  }

  // ---- what arrives

  /** Does what a frame asks for, or answers why not. Fails never; one frame at a time. */
  public void handle(ClientFrame frame) {
    if (isClosed()) {
      return;
    }
    try {
      frame.dispatchTo(this);
    } catch (RuntimeException e) {
      refuse(frame.ref(), e);
    }
  }

  @Override
  public void onInvalid(ClientFrame.Invalid frame) {
    refuse(frame.ref(), frame.reason());
  }

  @Override
  public void onPing(ClientFrame.Ping frame) {
    send(answers.pong(frame.ref()));
  }

  // ---- channels

  /**
   * Answers, then delivers: first what was missed, or the latest page of history, then what
   * happens. A channel that is joined already goes on as it is where that covers what is asked for,
   * so that no event comes twice.
   */
  @Override
  public void onJoin(ClientFrame.Join frame) {
    ChannelName name = frame.channel();
    JoinedChannel before = joined(name);
    if (before == null && countJoined() >= services.settings().limits().channelsPerConnection()) {
      throw new RealtimeException(ErrorCode.RATE_LIMITED, "channels of one connection");
    }
    int limit = frame.limit().orElse(services.settings().resume().defaultLimit());
    Joining joining = services.subscriptions().prepare(identity(), name, frame.since(), limit);
    Optional<EncodedFrame> page =
        joining.resumed() || joining.position().isEmpty() ? Optional.empty() : latest(joining);
    if (before != null && before.covers(joining)) {
      send(answers.joined(frame.ref(), joining, joining.resumed()), page);
      return;
    }
    JoinedChannel joined = new JoinedChannel(this, joining, before != null && before.isAutomatic());
    if (before != null) {
      before.leave();
      wire.left(before);
    }
    if (!enter(joined, joining)) {
      return; // closed meanwhile
    }
    send(answers.joined(frame.ref(), joining, joining.resumed()), page);
    // Before the start, since the subscription may be ended at once, and that must come second.
    services.presence().joined(presenceId, identity(), joining.channel());
    joined.started(services.subscriptions().start(joining, joined));
  }

  /** The latest page up to where events begin. */
  private Optional<EncodedFrame> latest(Joining joining) {
    ChannelName name = joining.channel().name();
    HistoryPage page =
        services
            .messages()
            .history(
                identity(),
                name,
                HistoryRequest.before(joining.startFrom() + 1, FIRST_PAGE, maxHistoryBytes()));
    return answers.history(Ref.NONE, name, page, Direction.BEFORE, maxHistoryBytes());
  }

  /** Half of the queue: the other half is for what happens while the client reads. */
  private int maxHistoryBytes() {
    return queue().maxQueuedBytes() / 2;
  }

  @Override
  public void onLeave(ClientFrame.Leave frame) {
    JoinedChannel joined;
    synchronized (this) {
      joined = channels.remove(frame.channel());
    }
    if (joined != null) {
      joined.leave();
      wire.left(joined);
      services.presence().left(presenceId, identity(), joined.channel());
    }
    send(answers.left(frame.ref(), frame.channel()));
  }

  /** The hub has ended a subscription; any thread. */
  void ended(JoinedChannel joined, ErrorCode reason) {
    ChannelName name = joined.channel().name();
    synchronized (this) {
      if (!channels.remove(name, joined)) {
        return;
      }
    }
    wire.left(joined);
    services.presence().left(presenceId, identity(), joined.channel());
    if (joined.isAutomatic() && reason != ErrorCode.FORBIDDEN) {
      wire.close(ErrorCode.OVERLOADED); // nobody would join it anew; a new connection does
      return;
    }
    services.metrics().refused(reason);
    send(answers.error(name, reason), answers.left(name, reason));
  }

  @Override
  public void onHistory(ClientFrame.History frame) {
    HistoryRequest request =
        frame.direction() == Direction.AFTER
            ? HistoryRequest.after(frame.offset().orElse(0), frame.limit(), maxHistoryBytes())
            : HistoryRequest.before(
                frame.offset().orElse(Long.MAX_VALUE), frame.limit(), maxHistoryBytes());
    HistoryPage page = services.messages().history(identity(), frame.channel(), request);
    send(answers.history(frame.ref(), frame.channel(), page, frame.direction(), maxHistoryBytes()));
  }

  private synchronized JoinedChannel joined(ChannelName name) {
    return channels.get(name);
  }

  private synchronized int countJoined() {
    return (int) channels.values().stream().filter(joined -> !joined.isAutomatic()).count();
  }

  private boolean enter(JoinedChannel joined, Joining joining) {
    synchronized (this) {
      if (closed) {
        return false;
      }
      channels.put(joined.channel().name(), joined);
    }
    wire.entered(joined, joining);
    return true;
  }

  // ---- messages

  @Override
  public void onSend(ClientFrame.Send frame) {
    answerLater(
        frame.ref(),
        () ->
            services.messages().send(identity(), frame.channel(), frame.draft(), wire.transport()));
  }

  @Override
  public void onEdit(ClientFrame.Edit frame) {
    answerLater(
        frame.ref(),
        () ->
            services
                .messages()
                .edit(
                    identity(),
                    frame.channel(),
                    frame.id(),
                    old -> frame.payload(),
                    frame.payload().length(),
                    frame.version()));
  }

  @Override
  public void onDelete(ClientFrame.Delete frame) {
    answerLater(
        frame.ref(),
        () -> services.messages().delete(identity(), frame.channel(), frame.id(), frame.version()));
  }

  private void answerLater(Ref ref, Supplier<CompletionStage<Receipt>> change) {
    synchronized (this) {
      if (leave != null) {
        throw new RealtimeException(ErrorCode.DRAINING, "a change after the node drains");
      }
      unanswered++;
    }
    CompletionStage<Receipt> stage;
    try {
      stage = change.get();
    } catch (RuntimeException e) {
      answered();
      throw e;
    }
    stage.whenComplete(
        (receipt, failure) -> {
          if (failure != null) {
            refuse(ref, failure);
          } else {
            send(answers.receipt(ref, receipt));
          }
          answered();
        });
  }

  private void answered() {
    Runnable now;
    synchronized (this) {
      unanswered--;
      now = unanswered == 0 ? leave : null;
    }
    if (now != null) {
      now.run();
    }
  }

  /**
   * Runs a task as soon as what was begun is answered, and begins no change any more: what is
   * stored must not leave its sender in doubt.
   */
  public void onDraining(Runnable close) {
    boolean now;
    synchronized (this) {
      leave = close;
      now = unanswered == 0;
    }
    if (now) {
      close.run();
    }
  }

  // ---- the rest

  @Override
  public void onTyping(ClientFrame.Typing frame) {
    if (frame.isTyping()) {
      services.typing().start(identity(), frame.channel());
    } else {
      services.typing().stop(identity(), frame.channel());
    }
    acknowledge(frame.ref());
  }

  @Override
  public void onRead(ClientFrame.Read frame) {
    services.readMarks().read(identity(), frame.channel(), frame.offset());
    acknowledge(frame.ref());
  }

  @Override
  public void onPresenceOfUsers(ClientFrame.PresenceOfUsers frame) {
    send(answers.presence(frame.ref(), services.presence().query(identity(), frame.users())));
  }

  @Override
  public void onPresenceOfChannel(ClientFrame.PresenceOfChannel frame) {
    send(answers.presence(frame.ref(), services.presence().ofChannel(identity(), frame.channel())));
  }

  @Override
  public void onRenew(ClientFrame.Renew frame) {
    wire.renew(services.authenticator().renew(identity(), frame.token()));
    send(answers.renewed(frame.ref(), identity()));
  }

  // ---- answers

  /** Says that it was done, to whoever asks to be told. */
  private void acknowledge(Ref ref) {
    if (ref.isPresent()) {
      send(answers.ack(ref));
    }
  }

  /** Answers that it was not done. */
  public void refuse(Ref ref, Throwable failure) {
    RealtimeException reason = Failures.of(failure);
    services.metrics().refused(reason.code());
    send(answers.error(ref, reason));
  }

  private void send(Optional<EncodedFrame> answer) {
    answer.ifPresent(queue()::send);
  }

  /** Both at once, written together. */
  private void send(Optional<EncodedFrame> first, Optional<EncodedFrame> second) {
    first.ifPresent(queue()::offer);
    second.ifPresent(queue()::offer);
    queue().flush();
  }

  // ---- the end

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Ends the interest in all channels; any thread, any number of times. */
  public void end() {
    Map<ChannelName, JoinedChannel> left;
    synchronized (this) {
      closed = true;
      left = channels;
      channels = Map.of();
    }
    left.values().forEach(JoinedChannel::leave);
  }
}
