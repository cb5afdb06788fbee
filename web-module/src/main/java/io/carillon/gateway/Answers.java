package io.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import io.carillon.application.HistoryRequest.Direction;
import io.carillon.application.Joining;
import io.carillon.application.Receipt;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.Cursor;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.ClientFrame.Ref;
import io.carillon.gateway.EventJson.Writing;
import io.carillon.hub.EncodedFrame;
import io.carillon.json.Json;
import io.carillon.presence.PresenceView;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one client is answered, alike in every protocol but for the frame around it. Any thread. */
final class Answers {
  private static final Writing NOTHING = out -> {};

  private final Conversation.Wire wire;

  Answers(Conversation.Wire wire) {
    this.wire = wire;
  }

  private Optional<EncodedFrame> frame(String event, Ref ref, Writing members) {
    return wire.answer(event, ref, members);
  }

  Optional<EncodedFrame> ack(Ref ref) {
    return frame("ack", ref, NOTHING);
  }

  Optional<EncodedFrame> pong(Ref ref) {
    return frame("pong", ref, NOTHING);
  }

  Optional<EncodedFrame> error(Ref ref, RealtimeException failure) {
    return frame("error", ref, out -> ErrorJson.writeMembers(failure, out));
  }

  /**
   * @param resumed everything after the client's position follows, or has been sent before
   */
  Optional<EncodedFrame> joined(Ref ref, Joining joining, boolean resumed) {
    return frame(
        "channel:joined",
        ref,
        out -> {
          out.writeStringField("channelId", joining.channel().name().value());
          if (joining.position().isPresent()) {
            out.writeStringField("position", joining.position().get().toString());
          }
          out.writeBooleanField("resumed", resumed);
          if (joining.reason().isPresent()) {
            out.writeStringField("reason", joining.reason().get().wire());
          }
          if (joining.role().isPresent()) {
            out.writeStringField("role", joining.role().get().name());
          }
        });
  }

  Optional<EncodedFrame> left(Ref ref, ChannelName channel) {
    return frame("channel:left", ref, out -> writeChannel(channel, out));
  }

  /** The server has ended the subscription. */
  Optional<EncodedFrame> left(ChannelName channel, ErrorCode reason) {
    return frame(
        "channel:left",
        Ref.NONE,
        out -> {
          writeChannel(channel, out);
          ErrorJson.writeMembers(new RealtimeException(reason, ""), out);
        });
  }

  /** An error that no frame of the client has caused. */
  Optional<EncodedFrame> error(ChannelName channel, ErrorCode reason) {
    return frame(
        "error",
        Ref.NONE,
        out -> {
          ErrorJson.writeMembers(new RealtimeException(reason, ""), out);
          writeChannel(channel, out);
        });
  }

  private static void writeChannel(ChannelName channel, JsonGenerator out) throws IOException {
    out.writeStringField("channelId", channel.value());
  }

  /**
   * A page of history, oldest first; messages that would make it too large are left out at its far
   * end, at least one stays.
   *
   * @param direction that the client reads in
   * @param maxBytes of the whole frame
   */
  Optional<EncodedFrame> history(
      Ref ref, ChannelName channel, HistoryPage page, Direction direction, int maxBytes) {
    List<Publication> messages = page.messages();
    Optional<EncodedFrame> frame = history(ref, channel, page, messages, page.hasMore());
    while (frame.isPresent() && frame.get().bytes().length > maxBytes && messages.size() > 1) {
      int size = messages.size();
      int length = frame.get().bytes().length;
      int kept = Math.max(1, Math.min(size - 1, (int) ((long) size * maxBytes / length)));
      messages =
          direction == Direction.AFTER
              ? messages.subList(0, kept)
              : messages.subList(size - kept, size);
      frame = history(ref, channel, page, messages, true);
    }
    return frame;
  }

  private Optional<EncodedFrame> history(
      Ref ref, ChannelName channel, HistoryPage page, List<Publication> messages, boolean hasMore) {
    return frame(
        "channel:history",
        ref,
        out -> {
          writeChannel(channel, out);
          out.writeArrayFieldStart("messages");
          for (Publication message : messages) {
            EventJson.writeMessage(message, out);
          }
          out.writeEndArray();
          out.writeBooleanField("hasMore", hasMore);
          out.writeStringField("position", page.position().toString());
        });
  }

  /** A message was stored, edited or deleted, or has gone out on a channel that stores none. */
  Optional<EncodedFrame> receipt(Ref ref, Receipt receipt) {
    Publication publication = receipt.publication();
    return frame(
        "ack",
        ref,
        out -> {
          out.writeStringField("id", publication.id());
          if (publication.isLogged()) {
            // A repeat is answered with the message's own place, also where it has changed since.
            long place = receipt.duplicate() ? publication.offset() : publication.revision();
            out.writeNumberField("offset", place);
            out.writeStringField("position", new Cursor(publication.epoch(), place).toString());
            out.writeNumberField("version", publication.version());
          }
          EventJson.writeTime("createdAt", publication.createdAtMillis(), out);
          out.writeBooleanField("duplicate", receipt.duplicate());
        });
  }

  Optional<EncodedFrame> presence(Ref ref, List<PresenceView> users) {
    return frame(
        "ack",
        ref,
        out -> {
          for (Map.Entry<String, Object> member : PresenceJson.users(users).members().entrySet()) {
            out.writeFieldName(member.getKey());
            Json.write(member.getValue(), out);
          }
        });
  }

  /** The time is null for an API key, which does not expire. */
  Optional<EncodedFrame> renewed(Ref ref, Identity identity) {
    return frame(
        "ack",
        ref,
        out -> {
          if (identity.expiresAt().equals(Instant.MAX)) {
            out.writeNullField("expiresAt");
          } else {
            EventJson.writeTime("expiresAt", identity.expiresAt().toEpochMilli(), out);
          }
        });
  }
}
