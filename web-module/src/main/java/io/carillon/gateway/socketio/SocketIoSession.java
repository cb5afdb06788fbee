package io.carillon.gateway.socketio;

import io.carillon.application.Failures;
import io.carillon.application.Joining;
import io.carillon.application.Position;
import io.carillon.application.Since;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.ClientFrame;
import io.carillon.gateway.ClientFrame.Ref;
import io.carillon.gateway.ClientFrames;
import io.carillon.gateway.Conversation;
import io.carillon.gateway.EventJson;
import io.carillon.gateway.FrameSequence;
import io.carillon.gateway.JoinedChannel;
import io.carillon.gateway.socketio.SocketIoFrame.Step;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import io.carillon.hub.PublicationEncoder;
import io.carillon.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;

/**
 * One client in one namespace. Its events are handled in order, one at a time, beginning with its
 * CONNECT; those of channels come from the hub's threads.
 */
final class SocketIoSession implements Conversation.Wire {
  private final SocketIoServices services;
  private final SocketIoConnection connection;
  private final SocketIoNamespace namespace;
  private final Conversation conversation;
  private final SocketIoPositions positions;
  private final FrameSequence<Step> steps;
  private volatile SocketIoPeer peer; // null before it is known who it is
  private volatile String pid = "";
  private volatile boolean ended;

  SocketIoSession(
      SocketIoServices services, SocketIoConnection connection, SocketIoNamespace namespace) {
    this.services = services;
    this.connection = connection;
    this.namespace = namespace;
    this.conversation = new Conversation(services.shared(), this);
    this.positions = new SocketIoPositions(connection.queue());
    this.steps =
        new FrameSequence<>(
            services.shared().workers(),
            connection.queue(),
            Step::mayWait,
            this::handle,
            this::refuse);
  }

  SocketIoNamespace namespace() {
    return namespace;
  }

  // ---- the beginning

  /**
   * Lets the client in, or tells it why not.
   *
   * @param payload of the CONNECT packet
   */
  void begin(JsonObject payload) {
    try {
      steps.begin(() -> connect(payload));
    } catch (RejectedExecutionException e) {
      reject(new RealtimeException(ErrorCode.OVERLOADED, "a worker"));
    }
  }

  private void connect(JsonObject payload) {
    try {
      Identity identity = services.identify(payload, connection.visitor());
      SocketIoPeer found = connection.enter(this, identity);
      peer = found;
      conversation.begin(found.presenceId());
      List<Joining> own =
          namespace.hearsOwn()
              ? services
                  .shared()
                  .subscriptions()
                  .prepareAll(identity, Conversation.ownChannels(identity), Since.none(), 0)
              : List.of();
      SocketIoRecovery recovery = SocketIoRecovery.of(payload);
      Optional<List<Joining>> resumed = resume(identity, recovery, own);
      pid = resumed.isPresent() ? recovery.pid() : SocketIoRecovery.newPid(own);
      services.connected(pid, this);
      queue().send(SocketIoCodec.connected(namespace.wire(), SocketIoRecovery.sidOf(pid), pid));
      Set<ChannelName> automatic = new HashSet<>(Conversation.ownChannels(identity));
      resumed
          .orElse(own)
          .forEach(
              joining ->
                  conversation.listenTo(joining, automatic.contains(joining.channel().name())));
    } catch (RuntimeException e) {
      reject(Failures.of(e));
    }
  }

  /** The channels where the client goes on without a gap; empty if it does not in one of them. */
  private Optional<List<Joining>> resume(
      Identity identity, SocketIoRecovery recovery, List<Joining> own) {
    Optional<Position> position = recovery.position();
    if (position.isEmpty()) {
      return Optional.empty();
    }
    try {
      Set<Long> numbers = new HashSet<>(position.get().cursors().keySet());
      own.forEach(joining -> numbers.remove(joining.channelNumber()));
      Set<ChannelName> names = new HashSet<>(services.directory().names(identity, numbers));
      if (names.size() != numbers.size()) {
        return Optional.empty();
      }
      own.forEach(joining -> names.add(joining.channel().name()));
      List<Joining> joinings =
          services
              .shared()
              .subscriptions()
              .prepareAll(identity, List.copyOf(names), Since.text(position.get().toString()), 0);
      boolean all =
          joinings.stream().allMatch(joining -> joining.resumed() || joining.position().isEmpty());
      return all ? Optional.of(joinings) : Optional.empty();
    } catch (RealtimeException e) {
      if (e.code().retry() == ErrorCode.Retry.NEVER) {
        return Optional.empty(); // a right has gone: the client is told so where it joins again
      }
      throw e;
    }
  }

  private void reject(RealtimeException reason) {
    services.shared().metrics().refused(reason.code());
    queue().send(SocketIoErrors.connectError(namespace.wire(), reason));
    end();
  }

  // ---- what arrives

  /** An event, with its attachments in place. One at a time. */
  void onEvent(List<?> event, OptionalLong ackId, int sizeBytes) {
    Ref ref = ackId.isPresent() ? new Ref(Long.toString(ackId.getAsLong())) : Ref.NONE;
    steps.add(new Step.Request(frame(event, ref, sizeBytes)));
  }

  private ClientFrame frame(List<?> event, Ref ref, int sizeBytes) {
    try {
      String name = String.valueOf(event.get(0));
      if (sizeBytes > services.shared().settings().limits().maxMessageBytes()) {
        throw new RealtimeException(ErrorCode.TOO_LARGE, "event");
      }
      if (!namespace.allows(name)) {
        throw new RealtimeException(ErrorCode.MALFORMED, "event of another namespace");
      }
      return ClientFrames.decode(name, ref, data(event));
    } catch (RealtimeException e) {
      return new ClientFrame.Invalid(ref, e);
    }
  }

  /** The event's object; a text alone is the channel's id. */
  private static JsonObject data(List<?> event) {
    Object first = event.size() > 1 ? event.get(1) : null;
    if (first instanceof JsonObject object) {
      return object;
    }
    if (first instanceof String channelId) {
      return new JsonObject().put("channelId", channelId);
    }
    if (first == null) {
      return new JsonObject();
    }
    throw new RealtimeException(ErrorCode.MALFORMED, "argument");
  }

  /** The event is one too many. */
  void onFlood(OptionalLong ackId) {
    Ref ref = ackId.isPresent() ? new Ref(Long.toString(ackId.getAsLong())) : Ref.NONE;
    conversation.refuse(ref, new RealtimeException(ErrorCode.RATE_LIMITED, "events"));
  }

  /** The client leaves the namespace, after what it has asked for before. */
  void onDisconnect() {
    steps.add(new Step.Leave());
  }

  private void handle(Step step) {
    if (ended) {
      return;
    }
    if (step instanceof Step.Request request) {
      boolean malformed =
          request.frame() instanceof ClientFrame.Invalid invalid
              && invalid.reason().code() == ErrorCode.MALFORMED;
      if (malformed && connection.isTooOftenMalformed()) {
        connection.close(ErrorCode.MALFORMED);
      } else {
        conversation.handle(request.frame());
      }
    } else {
      end();
    }
  }

  private void refuse(Step step) {
    if (step instanceof Step.Request request) {
      conversation.refuse(
          request.frame().ref(), new RealtimeException(ErrorCode.OVERLOADED, "events"));
    } else {
      end();
    }
  }

  // ---- how it speaks

  @Override
  public Optional<EncodedFrame> answer(String event, Ref ref, EventJson.Writing members) {
    boolean moves = event.equals("channel:joined") || event.equals("channel:left");
    if (ref.isPresent()) {
      EncodedFrame ack =
          SocketIoCodec.ack(namespace.wire(), ref.json(), !event.equals("error"), members);
      return Optional.of(
          moves
              ? ack.followedBy(List.of(SocketIoCodec.position(namespace.wire(), positions.text())))
              : ack);
    }
    if (event.equals("ack")) {
      return Optional.empty(); // nobody waits for it
    }
    return Optional.of(
        SocketIoCodec.event(
            namespace.wire(),
            event,
            members,
            moves ? Optional.of(positions.text()) : Optional.empty()));
  }

  @Override
  public PublicationEncoder encoder(Joining joining) {
    return new SocketIoEncoder(namespace, joining.channelNumber());
  }

  @Override
  public void entered(JoinedChannel joined, Joining joining) {
    positions.entered(joining, joined.isAutomatic());
  }

  @Override
  public void left(JoinedChannel joined) {
    positions.left(joined.channelNumber());
  }

  @Override
  public OutboundQueue.Offer deliver(JoinedChannel joined, ChannelEvent event, EncodedFrame frame) {
    if (event instanceof Publication publication && publication.isLogged()) {
      return positions.offer(joined.channelNumber(), publication, frame);
    }
    return queue().offer(frame);
  }

  @Override
  public Identity identity() {
    return peer.identity();
  }

  @Override
  public void renew(Identity renewed) {
    peer.renew(renewed);
  }

  @Override
  public OutboundQueue queue() {
    return connection.queue();
  }

  @Override
  public String transport() {
    return SocketIoPeer.TRANSPORT;
  }

  @Override
  public void close(ErrorCode reason) {
    if (SocketIoErrors.isFinal(reason)) {
      dismiss(reason);
    } else {
      connection.close(reason);
    }
  }

  // ---- the end

  /** Says what was begun, and that the node stops; then runs the task. */
  void drain(Runnable done) {
    conversation.onDraining(
        () -> {
          queue()
              .send(
                  SocketIoCodec.event(
                      namespace.wire(),
                      "server:drain",
                      out -> out.writeStringField("retry", ErrorCode.DRAINING.retry().name()),
                      Optional.empty()));
          done.run();
        });
  }

  /** Ends the session for good, and says why. */
  void dismiss(ErrorCode reason) {
    if (ended) {
      return;
    }
    queue()
        .send(
            SocketIoErrors.event(namespace, reason)
                .followedBy(List.of(SocketIoCodec.disconnect(namespace.wire()))));
    end();
  }

  /** The client has come back under the same id before this one was known to be lost. */
  void supersede() {
    connection.close(ErrorCode.CONFLICT);
  }

  /** It is over. Any thread, any number of times. */
  void end() {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    conversation.end();
    services.disconnected(pid, this);
    connection.leave(this, Optional.ofNullable(peer));
  }
}
