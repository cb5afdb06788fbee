package io.carillon.gateway.sse;

import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.user.Identity;
import java.util.List;

/** What somebody hears without asking for it. */
final class Own {
  private Own() {}

  /** A user's inbox and the organization's announcements; nothing for an API key. */
  static List<ChannelName> channels(Identity identity) {
    return identity.kind() == Identity.Kind.USER
        ? List.of(
            ChannelName.inboxOf(identity.userId()),
            ChannelName.announcementsOf(identity.organization()))
        : List.of();
  }
}
