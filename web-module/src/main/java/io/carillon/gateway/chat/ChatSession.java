package io.carillon.gateway.chat;

import io.carillon.application.Joining;
import io.carillon.application.LiveConnection;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.ClientFrame;
import io.carillon.gateway.ClientFrame.Ref;
import io.carillon.gateway.Conversation;
import io.carillon.gateway.EventJson;
import io.carillon.gateway.FrameSequence;
import io.carillon.gateway.GatewayServices;
import io.carillon.gateway.Offences;
import io.carillon.gateway.TripleEncoder;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import io.carillon.hub.PublicationEncoder;
import io.carillon.security.FrameLimiter;
import io.carillon.transport.WebSocketConnection;
import io.carillon.transport.WebSocketListener;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * One client's conversation over a WebSocket, and how much of it is too much. Frames are handled in
 * order, one at a time.
 */
final class ChatSession implements WebSocketListener, LiveConnection, Conversation.Wire {
  private static final int MAX_MALFORMED = 10; // at once; one in six seconds is forgiven
  private static final double MALFORMED_PER_SECOND = 1 / 6.0;
  private static final int MAX_FLOODED = 100; // over the limit of frames
  private static final double FLOODED_PER_SECOND = 100;

  private final GatewayServices services;
  private final WebSocketConnection connection;
  private final Conversation conversation;
  private final FrameSequence<ClientFrame> frames;
  private final FrameLimiter limiter; // of the thread that reads, as the next two
  private Offences malformed; // null until the first one
  private Offences flooded;
  private volatile Identity identity;

  ChatSession(GatewayServices services, WebSocketConnection connection, Identity identity) {
    this.services = services;
    this.connection = connection;
    this.identity = identity;
    this.conversation = new Conversation(services, this);
    this.frames =
        new FrameSequence<>(
            services.workers(),
            connection.queue(),
            ClientFrame::mayWait,
            this::handle,
            frame -> conversation.refuse(frame.ref(), overloaded()));
    this.limiter =
        new FrameLimiter(services.settings().limits().framesPerSecond(), System::nanoTime);
  }

  private static RealtimeException overloaded() {
    return new RealtimeException(ErrorCode.OVERLOADED, "frames");
  }

  /** The connection counts from now on, and hears its user's inbox and the announcements. */
  @Override
  public void onOpened() {
    conversation.begin(services.connections().opened(this));
    if (identity.kind() != Identity.Kind.USER) {
      return;
    }
    try {
      frames.begin(conversation::listenToOwn);
    } catch (RejectedExecutionException e) {
      close(ErrorCode.OVERLOADED);
    }
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
    frames.add(new ClientFrame.Invalid(ref, new RealtimeException(ErrorCode.TOO_LARGE, "frame")));
  }

  private void onFlood(Ref ref) {
    if (flooded == null) {
      flooded = new Offences(MAX_FLOODED, FLOODED_PER_SECOND, System::nanoTime);
    }
    if (flooded.isTooMuch()) {
      services.metrics().refused(ErrorCode.RATE_LIMITED);
      close(ErrorCode.RATE_LIMITED);
    } else {
      conversation.refuse(ref, new RealtimeException(ErrorCode.RATE_LIMITED, "frames"));
    }
  }

  private void handle(ClientFrame frame) {
    boolean isMalformed =
        frame instanceof ClientFrame.Invalid invalid
            && invalid.reason().code() == ErrorCode.MALFORMED;
    if (isMalformed && isTooOftenMalformed()) {
      close(ErrorCode.MALFORMED);
    } else {
      conversation.handle(frame);
    }
  }

  private boolean isTooOftenMalformed() {
    if (malformed == null) {
      malformed = new Offences(MAX_MALFORMED, MALFORMED_PER_SECOND, System::nanoTime);
    }
    return malformed.isTooMuch();
  }

  // ---- how it speaks

  @Override
  public Optional<EncodedFrame> answer(String event, Ref ref, EventJson.Writing members) {
    return Optional.of(ChatCodec.encode(event, ref, members));
  }

  @Override
  public PublicationEncoder encoder(Joining joining) {
    return TripleEncoder.JSON;
  }

  // ---- the connection

  @Override
  public Identity identity() {
    return identity;
  }

  @Override
  public void renew(Identity renewed) {
    identity = renewed;
  }

  @Override
  public String transport() {
    return "websocket";
  }

  @Override
  public OutboundQueue queue() {
    return connection.queue();
  }

  @Override
  public void close(ErrorCode reason) {
    connection.close(reason);
  }

  @Override
  public void heartbeat() {
    connection.heartbeat();
  }

  @Override
  public void onDraining(Runnable close) {
    conversation.onDraining(close);
  }

  @Override
  public void onClosed() {
    conversation.end();
    services.connections().closed(this);
  }
}
