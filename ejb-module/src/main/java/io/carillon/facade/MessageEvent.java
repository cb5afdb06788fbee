package io.carillon.facade;

import java.io.Serializable;
import java.util.Objects;

/**
 * A message was sent, edited or deleted, by anybody over any way in: for {@code @Observes} in beans
 * of Carillon's own application. Fired after the commit, on the node that stored it and on no
 * other; for a channel without a log on the node that took it.
 *
 * <p>Observers are called one after the other on a thread of the server's, never on one that
 * messages wait for, without a transaction and without a request. Events of one channel come in the
 * order of their revisions, but that one of a caller's transaction may come a little late. When
 * observers are so slow that 10,000 events or 16 MiB wait, new ones are dropped and counted ({@code
 * carillon_observers_dropped_total}); so are those that wait when the node stops. What must not be
 * missed is read from the channel's history by its revisions. An observer that fails is logged and
 * keeps nothing from the others.
 *
 * @param channel its name; an inbox is {@code user:} and the user's id, the announcements are
 *     {@code org:} and the organization
 * @param id of the message
 * @param offset the message's place in the channel; 0 without a log
 * @param revision the place of this change, equal to the offset for a new message
 * @param name what kind of event, {@code message} for chat
 * @param payload JSON text; for chat a JSON string; {@code null} as text for a deleted message
 * @param clientId the author's key, or the empty string
 * @param atMillis when the message was sent, in epoch milliseconds
 */
public record MessageEvent(
    String organization,
    String channel,
    Change change,
    String id,
    long offset,
    long revision,
    String name,
    String payload,
    String authorId,
    String authorName,
    String clientId,
    long atMillis)
    implements Serializable {

  /** What happened to the message. */
  public enum Change {
    CREATED,
    UPDATED,
    DELETED
  }

  public MessageEvent {
    Objects.requireNonNull(organization);
    Objects.requireNonNull(channel);
    Objects.requireNonNull(change);
    Objects.requireNonNull(id);
    Objects.requireNonNull(name);
    Objects.requireNonNull(payload);
    Objects.requireNonNull(authorId);
    Objects.requireNonNull(authorName);
    Objects.requireNonNull(clientId);
  }
}
