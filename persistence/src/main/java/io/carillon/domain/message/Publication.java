package io.carillon.domain.message;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.Cursor;
import java.util.Objects;

/**
 * A message on its way to subscribers, as it is after its latest change.
 *
 * <p>On a channel without a log ({@link ChannelKind#EPHEMERAL}) {@code epoch} is empty and {@code
 * revision} and {@code offset} are 0: such a publication has no position and can be dropped.
 *
 * @param revision the offset that the change took: the event's position
 * @param offset the message's own place; equal to {@code revision} for a new message
 * @param id UUIDv7 in canonical text
 * @param name event name, {@value #CHAT} for chat text
 * @param payload JSON text on one line; for chat a JSON string, {@code null} text for a deleted
 *     message
 * @param authorAvatarUrl the empty string for none
 * @param clientId the sender's idempotency key, or the empty string
 * @param editedAtMillis 0 for never
 * @param version 1 for a new message, one more for each edit
 * @param state for an inbox entry, how far the user has dealt with it
 */
public record Publication(
    ChannelKey channel,
    ChannelKind kind,
    String epoch,
    long revision,
    long offset,
    Change change,
    String id,
    String name,
    String payload,
    String authorId,
    String authorName,
    String authorAvatarUrl,
    String clientId,
    long createdAtMillis,
    long editedAtMillis,
    int version,
    InboxState state)
    implements ChannelEvent {

  /** The event name of chat text. */
  public static final String CHAT = "message";

  /** What happened to the message. */
  public enum Change {
    CREATED,
    UPDATED,
    DELETED
  }

  public Publication {
    Objects.requireNonNull(channel);
    Objects.requireNonNull(kind);
    Objects.requireNonNull(epoch);
    Objects.requireNonNull(change);
    Objects.requireNonNull(id);
    Objects.requireNonNull(name);
    Objects.requireNonNull(payload);
    Objects.requireNonNull(authorId);
    Objects.requireNonNull(authorName);
    Objects.requireNonNull(authorAvatarUrl);
    Objects.requireNonNull(clientId);
    Objects.requireNonNull(state);
  }

  public boolean isLogged() {
    return revision > 0;
  }

  /** The position of this event. Only for a logged one. */
  public Cursor cursor() {
    return new Cursor(epoch, revision);
  }

  /**
   * The message as somebody catching up meets it who does not have it: made at its own place, with
   * what it says now.
   */
  public Publication asCreated() {
    return new Publication(
        channel,
        kind,
        epoch,
        offset,
        offset,
        Change.CREATED,
        id,
        name,
        payload,
        authorId,
        authorName,
        authorAvatarUrl,
        clientId,
        createdAtMillis,
        editedAtMillis,
        version,
        state);
  }

  @Override
  public int weightBytes() {
    return 256 + payload.length();
  }
}
