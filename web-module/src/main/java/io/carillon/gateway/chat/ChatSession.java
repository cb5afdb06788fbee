package io.carillon.gateway.chat;

import io.carillon.application.Failures;
import io.carillon.application.HistoryRequest;
import io.carillon.application.HistoryRequest.Direction;
import io.carillon.application.Joining;
import io.carillon.application.Receipt;
import io.carillon.application.Since;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.chat.ChatFrame.Ref;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import io.carillon.security.FrameLimiter;
import io.carillon.transport.WebSocketConnection;
import io.carillon.transport.WebSocketListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * One client's conversation: what it may ask for, and the channels that it listens to. Frames are
 * handled in order, one at a time. Events of channels come from the hub's threads, and go to the
 * queue past this object.
 */
final class ChatSession implements WebSocketListener, ChatFrame.Handler {
  /** Messages that a join brings along where nothing is resumed. */
  private static final int FIRST_PAGE = HistoryRequest.DEFAULT_LIMIT;

  private static final int MAX_MALFORMED = 10; // at once; one in six seconds is forgiven
  private static final double MALFORMED_PER_SECOND = 1 / 6.0;
  private static final int MAX_FLOODED = 100; // over the limit of frames
  private static final double FLOODED_PER_SECOND = 100;

  private final ChatServices services;
  private final WebSocketConnection connection;
  private final FrameSequence frames;
  private final FrameLimiter limiter; // of the thread that reads, as the next two
  private Offences malformed; // null until the first one
  private Offences flooded;
  private String presenceId; // set before anything arrives

  // Guarded by this.
  private Map<ChannelName, JoinedChannel> channels = new HashMap<>(4);
  private boolean closed;
  private int unanswered; // changes that were begun
  private Runnable leave; // to be run when all are answered; null unless the node drains

  ChatSession(ChatServices services, WebSocketConnection connection) {
    this.services = services;
    this.connection = connection;
    this.frames =
        new FrameSequence(
            services.workers(),
            connection.queue(),
            this::handle,
            frame -> refuse(frame.ref(), new RealtimeException(ErrorCode.OVERLOADED, "frames")));
    this.limiter =
        new FrameLimiter(services.settings().limits().framesPerSecond(), System::nanoTime);
  }

  /** The connection counts from now on, and hears its user's inbox and the announcements. */
  @Override
  public void onOpened() {
    presenceId = services.connections().opened(connection);
    if (identity().kind() != Identity.Kind.USER) {
      return;
    }
    try {
      frames.begin(this::listenToOwn);
    } catch (RejectedExecutionException e) {
      connection.close(ErrorCode.OVERLOADED);
    }
  }

  private void listenToOwn() {
    Identity identity = identity();
    List<ChannelName> own =
        List.of(
            ChannelName.inboxOf(identity.userId()),
            ChannelName.announcementsOf(identity.organization()));
    try {
      services.subscriptions().prepareAll(identity, own, Since.none(), 0).forEach(this::listenTo);
    } catch (RuntimeException e) {
      connection.close(Failures.of(e).code()); // half a connection would miss things unnoticed
    }
  }

  private void listenTo(Joining joining) {
    JoinedChannel joined = new JoinedChannel(this, joining, true);
    if (enter(joined)) {
      joined.started(services.subscriptions().start(joining, joined));
    }
  }

  Identity identity() {
    return connection.identity();
  }

  OutboundQueue queue() {
    return connection.queue();
  }

  // ---- what arrives

  @Override
  public void onText(byte[] utf8, int offset, int length) {
    if (!limiter.tryTake()) {
      onFlood(ChatCodec.readableRef(utf8, offset, length));
      return;
    }
    frames.add(ChatCodec.decode(utf8, offset, length));
  }

  @Override
  public void onOversized(byte[] head, int offset, int length) {
    Ref ref = ChatCodec.readableRef(head, offset, length);
    if (!limiter.tryTake()) {
      onFlood(ref);
      return;
    }
    frames.add(new ChatFrame.Invalid(ref, new RealtimeException(ErrorCode.TOO_LARGE, "frame")));
  }

  private void onFlood(Ref ref) {
    if (flooded == null) {
      flooded = new Offences(MAX_FLOODED, FLOODED_PER_SECOND, System::nanoTime);
    }
    if (flooded.isTooMuch()) {
      services.metrics().refused(ErrorCode.RATE_LIMITED);
      connection.close(ErrorCode.RATE_LIMITED);
    } else {
      refuse(ref, new RealtimeException(ErrorCode.RATE_LIMITED, "frames"));
    }
  }

  private void handle(ChatFrame frame) {
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
  public void onInvalid(ChatFrame.Invalid frame) {
    if (frame.reason().code() == ErrorCode.MALFORMED) {
      if (malformed == null) {
        malformed = new Offences(MAX_MALFORMED, MALFORMED_PER_SECOND, System::nanoTime);
      }
      if (malformed.isTooMuch()) {
        connection.close(ErrorCode.MALFORMED);
        return;
      }
    }
    refuse(frame.ref(), frame.reason());
  }

  @Override
  public void onPing(ChatFrame.Ping frame) {
    send(ChatAnswers.pong(frame.ref()));
  }

  // ---- channels

  /**
   * Answers, then delivers: first what was missed, or the latest page of history, then what
   * happens. A channel that is joined already goes on as it is where that covers what is asked for,
   * so that no event comes twice.
   */
  @Override
  public void onJoin(ChatFrame.Join frame) {
    ChannelName name = frame.channel();
    JoinedChannel before = joined(name);
    if (before == null && countJoined() >= services.settings().limits().channelsPerConnection()) {
      throw new RealtimeException(ErrorCode.RATE_LIMITED, "channels of one connection");
    }
    int limit = frame.limit().orElse(services.settings().resume().defaultLimit());
    Joining joining = services.subscriptions().prepare(identity(), name, frame.since(), limit);
    List<EncodedFrame> answers = new ArrayList<>(2);
    answers.add(ChatAnswers.joined(frame.ref(), joining, joining.resumed()));
    if (!joining.resumed() && joining.position().isPresent()) {
      answers.add(latest(joining));
    }
    if (before != null && before.covers(joining)) {
      send(answers);
      return;
    }
    JoinedChannel joined = new JoinedChannel(this, joining, before != null && before.isAutomatic());
    if (before != null) {
      before.leave();
    }
    if (!enter(joined)) {
      return; // closed meanwhile
    }
    send(answers);
    // Before the start, since the subscription may be ended at once, and that must come second.
    services.presence().joined(presenceId, identity(), joining.channel());
    joined.started(services.subscriptions().start(joining, joined));
  }

  /** The latest page up to where events begin. */
  private EncodedFrame latest(Joining joining) {
    ChannelName name = joining.channel().name();
    HistoryPage page =
        services
            .messages()
            .history(
                identity(),
                name,
                HistoryRequest.before(joining.startFrom() + 1, FIRST_PAGE, maxHistoryBytes()));
    return ChatAnswers.history(Ref.NONE, name, page, Direction.BEFORE, maxHistoryBytes());
  }

  /** Half of the queue: the other half is for what happens while the client reads. */
  private int maxHistoryBytes() {
    return queue().maxQueuedBytes() / 2;
  }

  @Override
  public void onLeave(ChatFrame.Leave frame) {
    JoinedChannel joined;
    synchronized (this) {
      joined = channels.remove(frame.channel());
    }
    if (joined != null) {
      joined.leave();
      services.presence().left(presenceId, identity(), joined.channel());
    }
    send(ChatAnswers.left(frame.ref(), frame.channel()));
  }

  /** The hub has ended a subscription; any thread. */
  void ended(JoinedChannel joined, ErrorCode reason) {
    ChannelName name = joined.channel().name();
    synchronized (this) {
      if (!channels.remove(name, joined)) {
        return;
      }
    }
    services.presence().left(presenceId, identity(), joined.channel());
    if (joined.isAutomatic() && reason != ErrorCode.FORBIDDEN) {
      connection.close(ErrorCode.OVERLOADED); // nobody would join it anew; a new connection does
      return;
    }
    services.metrics().refused(reason);
    send(List.of(ChatAnswers.error(name, reason), ChatAnswers.left(name, reason)));
  }

  @Override
  public void onHistory(ChatFrame.History frame) {
    HistoryRequest request =
        frame.direction() == Direction.AFTER
            ? HistoryRequest.after(frame.offset().orElse(0), frame.limit(), maxHistoryBytes())
            : HistoryRequest.before(
                frame.offset().orElse(Long.MAX_VALUE), frame.limit(), maxHistoryBytes());
    HistoryPage page = services.messages().history(identity(), frame.channel(), request);
    send(
        ChatAnswers.history(
            frame.ref(), frame.channel(), page, frame.direction(), maxHistoryBytes()));
  }

  private synchronized JoinedChannel joined(ChannelName name) {
    return channels.get(name);
  }

  private synchronized int countJoined() {
    return (int) channels.values().stream().filter(joined -> !joined.isAutomatic()).count();
  }

  private synchronized boolean enter(JoinedChannel joined) {
    if (closed) {
      return false;
    }
    channels.put(joined.channel().name(), joined);
    return true;
  }

  // ---- messages

  @Override
  public void onSend(ChatFrame.Send frame) {
    answerLater(
        frame.ref(),
        () ->
            services
                .messages()
                .send(identity(), frame.channel(), frame.draft(), connection.transport()));
  }

  @Override
  public void onEdit(ChatFrame.Edit frame) {
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
  public void onDelete(ChatFrame.Delete frame) {
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
            send(ChatAnswers.receipt(ref, receipt));
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

  /** Answers what was begun first: what is stored must not leave its sender in doubt. */
  @Override
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
  public void onTyping(ChatFrame.Typing frame) {
    if (frame.isTyping()) {
      services.typing().start(identity(), frame.channel());
    } else {
      services.typing().stop(identity(), frame.channel());
    }
    acknowledge(frame.ref());
  }

  @Override
  public void onRead(ChatFrame.Read frame) {
    services.readMarks().read(identity(), frame.channel(), frame.offset());
    acknowledge(frame.ref());
  }

  @Override
  public void onPresenceOfUsers(ChatFrame.PresenceOfUsers frame) {
    send(ChatAnswers.presence(frame.ref(), services.presence().query(identity(), frame.users())));
  }

  @Override
  public void onPresenceOfChannel(ChatFrame.PresenceOfChannel frame) {
    send(
        ChatAnswers.presence(
            frame.ref(), services.presence().ofChannel(identity(), frame.channel())));
  }

  @Override
  public void onRenew(ChatFrame.Renew frame) {
    connection.renew(services.authenticator().renew(identity(), frame.token()));
    send(ChatAnswers.renewed(frame.ref(), identity()));
  }

  // ---- answers

  /** Says that it was done, to whoever asks to be told. */
  private void acknowledge(Ref ref) {
    if (ref.isPresent()) {
      send(ChatAnswers.ack(ref));
    }
  }

  private void refuse(Ref ref, Throwable failure) {
    RealtimeException reason = Failures.of(failure);
    services.metrics().refused(reason.code());
    send(ChatAnswers.error(ref, reason));
  }

  private void send(EncodedFrame answer) {
    queue().send(answer);
  }

  /** Several at once, written together. */
  private void send(List<EncodedFrame> answers) {
    answers.forEach(queue()::offer);
    queue().flush();
  }

  // ---- the end

  private synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public void onClosed() {
    Map<ChannelName, JoinedChannel> left;
    synchronized (this) {
      closed = true;
      left = channels;
      channels = Map.of();
    }
    left.values().forEach(JoinedChannel::leave);
    services.connections().closed(connection);
  }
}
