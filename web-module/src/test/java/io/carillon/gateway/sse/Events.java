package io.carillon.gateway.sse;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import java.time.Instant;

/** What happens in a channel, for tests. */
final class Events {
  static final ChannelKey GENERAL = new ChannelKey("demo", new ChannelName("general"));

  private Events() {}

  static Publication logged(ChannelKind kind, Publication.Change change, long offset) {
    String payload =
        switch (change) {
          case CREATED, UPDATED -> kind == ChannelKind.CHAT ? "\"hello\"" : "{\"text\":\"milk\"}";
          case DELETED -> "null";
        };
    return publication(kind, change, "k3", offset, payload);
  }

  /** Of a channel without a log. */
  static Publication unlogged(String payload) {
    return publication(ChannelKind.EPHEMERAL, Publication.Change.CREATED, "", 0, payload);
  }

  private static Publication publication(
      ChannelKind kind, Publication.Change change, String epoch, long offset, String payload) {
    return new Publication(
        GENERAL,
        kind,
        epoch,
        offset,
        offset,
        change,
        "m1",
        Publication.CHAT,
        payload,
        "alice",
        "Alice",
        "",
        "",
        1_700_000_000_000L,
        0,
        1,
        InboxState.NEW);
  }

  static Signal typing(String user) {
    return new Signal(
        GENERAL,
        Signal.Type.TYPING,
        "{\"userId\":\"" + user + "\",\"channelId\":\"general\",\"isTyping\":true}",
        user);
  }

  static Identity identity(String user) {
    return new Identity(
        "demo",
        new UserId(user),
        user,
        "",
        OrganizationRole.MEMBER,
        "t",
        Instant.MAX,
        Identity.Kind.USER);
  }
}
