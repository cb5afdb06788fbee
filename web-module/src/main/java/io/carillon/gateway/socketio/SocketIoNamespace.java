package io.carillon.gateway.socketio;

import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import java.util.Optional;
import java.util.Set;

/** The namespaces there are, and what belongs to each. */
enum SocketIoNamespace {
  /** Everything. */
  MAIN("/", true),
  /** Channels that the client joins. */
  CHAT("/chat", false),
  /** The user's inbox and the organization's announcements. */
  NOTIFICATIONS("/notifications", true),
  /** Who of the organization is there. */
  PRESENCE("/presence", true);

  private static final Set<String> EVERYWHERE = Set.of("auth:renew", "ping");
  private static final Set<String> OF_PRESENCE = Set.of("presence:get");
  private static final Set<String> OF_NOTIFICATIONS = Set.of("read", "channel:history");

  private final String wire;
  private final boolean own;

  SocketIoNamespace(String wire, boolean own) {
    this.wire = wire;
    this.own = own;
  }

  static Optional<SocketIoNamespace> of(String wire) {
    for (SocketIoNamespace namespace : values()) {
      if (namespace.wire.equals(wire)) {
        return Optional.of(namespace);
      }
    }
    return Optional.empty();
  }

  /** The name on the wire. */
  String wire() {
    return wire;
  }

  /** Whether its clients hear the inbox and the announcements without a join. */
  boolean hearsOwn() {
    return own;
  }

  /** Whether a client may ask for this here. */
  boolean allows(String event) {
    return EVERYWHERE.contains(event)
        || switch (this) {
          case MAIN -> true;
          case CHAT -> !OF_PRESENCE.contains(event);
          case NOTIFICATIONS -> OF_NOTIFICATIONS.contains(event);
          case PRESENCE -> OF_PRESENCE.contains(event);
        };
  }

  /** Whether an event of a channel that is heard belongs here. */
  boolean carries(ChannelEvent event) {
    boolean presence =
        event instanceof Signal signal
            && (signal.type() == Signal.Type.PRESENCE_ONLINE
                || signal.type() == Signal.Type.PRESENCE_OFFLINE);
    return switch (this) {
      case MAIN -> true;
      case CHAT -> !presence;
      case NOTIFICATIONS -> event instanceof Publication;
      case PRESENCE -> presence;
    };
  }
}
