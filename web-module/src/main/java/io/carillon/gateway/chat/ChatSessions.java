package io.carillon.gateway.chat;

import io.carillon.application.Connections;
import io.carillon.application.MessageService;
import io.carillon.application.ReadMarks;
import io.carillon.application.SubscriptionService;
import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.GatewayServices;
import io.carillon.hub.EncodedFrame;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import io.carillon.presence.PresenceService;
import io.carillon.presence.TypingService;
import io.carillon.security.Authenticator;
import io.carillon.transport.WebSocketConnection;
import io.carillon.transport.WebSocketListener;
import io.carillon.transport.WebSocketProtocol;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;

/** The protocol {@code carillon.v1}, whatever carries its WebSockets. Any thread. */
@ApplicationScoped
public class ChatSessions {
  /** Where it is spoken. */
  public static final String PATH = "/ws";

  static final String SUBPROTOCOL = "carillon.v1";

  private final GatewayServices services;

  protected ChatSessions() { // for the client proxy
    this.services = null;
  }

  @Inject
  public ChatSessions(
      Connections connections,
      MessageService messages,
      SubscriptionService subscriptions,
      PresenceService presence,
      TypingService typing,
      ReadMarks readMarks,
      Authenticator authenticator,
      Workers workers,
      Metrics metrics,
      Settings settings) {
    this.services =
        new GatewayServices(
            connections,
            messages,
            subscriptions,
            presence,
            typing,
            readMarks,
            authenticator,
            workers,
            metrics,
            settings);
  }

  /** The protocol as it is spoken with one client, who is known. */
  public WebSocketProtocol with(Identity client) {
    return new Protocol(services, client);
  }

  private record Protocol(GatewayServices services, Identity client) implements WebSocketProtocol {
    private static final List<String> NAMES = List.of(SUBPROTOCOL);

    @Override
    public List<String> subprotocols() {
      return NAMES;
    }

    @Override
    public int maxMessageBytes() {
      return services.settings().limits().maxMessageBytes();
    }

    @Override
    public int maxQueuedBytes() {
      return services.settings().connections().queueBytes();
    }

    @Override
    public WebSocketListener open(WebSocketConnection connection) {
      return new ChatSession(services, connection, client);
    }

    @Override
    public int closeCode(ErrorCode reason) {
      return ChatErrors.closeCode(reason);
    }

    @Override
    public Optional<EncodedFrame> farewell(ErrorCode reason) {
      return reason == ErrorCode.DRAINING ? Optional.of(ChatCodec.drain()) : Optional.empty();
    }
  }
}
