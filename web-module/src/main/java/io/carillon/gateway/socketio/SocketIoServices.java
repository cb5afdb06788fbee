package io.carillon.gateway.socketio;

import io.carillon.application.ChannelDirectory;
import io.carillon.application.Connections;
import io.carillon.application.MessageService;
import io.carillon.application.ReadMarks;
import io.carillon.application.SubscriptionService;
import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.EntryGate.Visitor;
import io.carillon.gateway.GatewayServices;
import io.carillon.gateway.socketio.engine.EngineListener;
import io.carillon.gateway.socketio.engine.EngineSession;
import io.carillon.json.JsonObject;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import io.carillon.presence.PresenceService;
import io.carillon.presence.TypingService;
import io.carillon.security.Authenticator;
import io.carillon.security.ConnectionLimits;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What all Socket.IO sessions of a node use, and the sessions by their ids. Any thread. */
@ApplicationScoped
public class SocketIoServices {
  private static final String BEARER = "bearer ";

  private final GatewayServices shared;
  private final ChannelDirectory directory;
  private final ConnectionLimits places;
  private final Map<String, SocketIoSession> sessions = new ConcurrentHashMap<>();

  protected SocketIoServices() { // for the client proxy
    this.shared = null;
    this.directory = null;
    this.places = null;
  }

  @Inject
  public SocketIoServices(
      Connections connections,
      MessageService messages,
      SubscriptionService subscriptions,
      PresenceService presence,
      TypingService typing,
      ReadMarks readMarks,
      Authenticator authenticator,
      Workers workers,
      Metrics metrics,
      Settings settings,
      ChannelDirectory directory,
      ConnectionLimits places) {
    this.shared =
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
    this.directory = directory;
    this.places = places;
  }

  GatewayServices shared() {
    return shared;
  }

  ChannelDirectory directory() {
    return directory;
  }

  ConnectionLimits places() {
    return places;
  }

  /** The protocol's side of a new Engine.IO session. */
  public EngineListener open(EngineSession engine) {
    return new SocketIoConnection(this, engine);
  }

  /** Sessions that are connected to a namespace. */
  public int size() {
    return sessions.size();
  }

  /**
   * Who connects: what the CONNECT packet shows, or else what the handshake has shown.
   *
   * @param payload {@code {"token"}} or {@code {"ticket"}}
   * @throws RealtimeException with {@code UNAUTHENTICATED} or {@code TOKEN_EXPIRED}
   */
  Identity identify(JsonObject payload, Visitor visitor) {
    if (payload.hasValue("token")) {
      return shared.authenticator().authenticate(withoutScheme(payload.requireString("token")));
    }
    if (payload.hasValue("ticket")) {
      return shared.authenticator().redeem(payload.requireString("ticket"));
    }
    if (visitor.identity().isPresent()) {
      // It was proved when the session opened, perhaps long ago.
      return shared.authenticator().refresh(visitor.identity().get());
    }
    throw new RealtimeException(
        visitor.refusal().orElse(ErrorCode.UNAUTHENTICATED), "no credentials");
  }

  private static String withoutScheme(String token) {
    return token.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? token.substring(BEARER.length()).strip()
        : token;
  }

  /** A session is there; an older one under its id is not any more, whatever its transport says. */
  void connected(String pid, SocketIoSession session) {
    SocketIoSession older = sessions.put(pid, session);
    if (older != null) {
      older.supersede();
    }
  }

  void disconnected(String pid, SocketIoSession session) {
    sessions.remove(pid, session);
  }
}
