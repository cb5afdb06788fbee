package io.carillon.domain.message;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.util.Objects;
import java.util.UUID;

/**
 * A message as it is stored: its place in the log never changes, and each change takes the next
 * offset as its revision. A deleted one stays as a place without content.
 *
 * <p>The log writes many of these in one statement and reads pages of them with their authors'
 * names, past the persistence context; the mapping serves the queries that do neither.
 */
@Entity
@Table(name = "message")
@IdClass(Message.Key.class)
public class Message {
  /** In {@code char}s; the column's size, above every limit that can be configured. */
  public static final int MAX_PAYLOAD = 1_000_000;

  public static final int MAX_NAME = 128;
  public static final int MAX_CLIENT_ID = 64;

  /** The payload of a deleted message: JSON null. */
  public static final String NO_PAYLOAD = "null";

  @Id
  @Column(name = "channel_id")
  private long channelId;

  @Id
  @Column(name = "msg_offset")
  private long offset;

  private long revision;
  private UUID id;

  @Column(name = "author_id")
  private String author;

  @Column(name = "event_name")
  private String name;

  private String payload;

  @Column(name = "client_id")
  private String clientId; // null for none, so that it is not in the way of the unique key

  @Column(name = "created_at")
  private long createdAtMillis;

  @Column(name = "changed_at")
  private long changedAtMillis; // of the latest revision

  @Column(name = "edited_at")
  private long editedAtMillis; // 0 for never

  @Column(name = "deleted_at")
  private long deletedAtMillis; // 0 for not deleted

  private int version;

  @Column(name = "inbox_state")
  private Short inboxState; // null outside of inboxes, so that an index can hold these alone

  /** For the persistence provider. */
  protected Message() {}

  /**
   * A new message.
   *
   * @param clientId the empty string for none
   */
  public Message(
      long channelId,
      ChannelKind kind,
      long offset,
      UUID id,
      String author,
      String name,
      String payload,
      String clientId,
      long createdAtMillis) {
    this(
        new Place(channelId, offset, offset),
        id,
        author,
        name,
        payload,
        clientId,
        new Times(createdAtMillis, createdAtMillis, 0, 0),
        1,
        kind == ChannelKind.INBOX ? (short) InboxState.NEW.ordinal() : null);
  }

  /**
   * A message as it was stored.
   *
   * @param clientId null or the empty string for none
   * @param inboxState ordinal of the {@link InboxState}; null outside of inboxes
   */
  public Message(
      Place place,
      UUID id,
      String author,
      String name,
      String payload,
      String clientId,
      Times times,
      int version,
      Short inboxState) {
    this.channelId = place.channelId();
    this.offset = place.offset();
    this.revision = place.revision();
    this.id = Objects.requireNonNull(id);
    this.author = Objects.requireNonNull(author);
    this.name = Objects.requireNonNull(name);
    this.payload = Objects.requireNonNull(payload);
    this.clientId = clientId == null || clientId.isEmpty() ? null : clientId;
    this.createdAtMillis = times.createdAtMillis();
    this.changedAtMillis = times.changedAtMillis();
    this.editedAtMillis = times.editedAtMillis();
    this.deletedAtMillis = times.deletedAtMillis();
    this.version = version;
    this.inboxState = inboxState;
  }

  /** Where a message stands, and where its latest change does. */
  public record Place(long channelId, long offset, long revision) {}

  /** Epoch milliseconds; the last two are 0 for never. */
  public record Times(
      long createdAtMillis, long changedAtMillis, long editedAtMillis, long deletedAtMillis) {}

  /** Takes another payload. */
  public void edit(String newPayload, long atRevision, long nowMillis) {
    payload = Objects.requireNonNull(newPayload);
    version++;
    editedAtMillis = nowMillis;
    changed(atRevision, nowMillis);
  }

  /** Loses its content for good. */
  public void delete(long atRevision, long nowMillis) {
    payload = NO_PAYLOAD;
    deletedAtMillis = nowMillis;
    changed(atRevision, nowMillis);
  }

  /** Raises the state of an inbox's entry. */
  public void mark(InboxState state, long atRevision, long nowMillis) {
    inboxState = (short) state.ordinal();
    changed(atRevision, nowMillis);
  }

  private void changed(long atRevision, long nowMillis) {
    revision = atRevision;
    changedAtMillis = nowMillis;
  }

  /**
   * The message on its way to those who may read it.
   *
   * @param authorAvatarUrl the empty string for none
   */
  public Publication toPublication(
      ChannelKey channel,
      ChannelKind kind,
      String epoch,
      String authorName,
      String authorAvatarUrl) {
    return new Publication(
        channel,
        kind,
        epoch,
        revision,
        offset,
        change(),
        id.toString(),
        name,
        payload,
        author,
        authorName,
        authorAvatarUrl,
        clientId(),
        createdAtMillis,
        editedAtMillis,
        version,
        state());
  }

  private Publication.Change change() {
    if (isDeleted()) {
      return Publication.Change.DELETED;
    }
    return revision == offset ? Publication.Change.CREATED : Publication.Change.UPDATED;
  }

  public long channelId() {
    return channelId;
  }

  public long offset() {
    return offset;
  }

  public long revision() {
    return revision;
  }

  public UUID id() {
    return id;
  }

  public String author() {
    return author;
  }

  public String name() {
    return name;
  }

  public String payload() {
    return payload;
  }

  /** The empty string for none. */
  public String clientId() {
    return clientId == null ? "" : clientId;
  }

  public long createdAtMillis() {
    return createdAtMillis;
  }

  /** When the latest change was made. */
  public long changedAtMillis() {
    return changedAtMillis;
  }

  /** 0 for never. */
  public long editedAtMillis() {
    return editedAtMillis;
  }

  /** 0 for not deleted. */
  public long deletedAtMillis() {
    return deletedAtMillis;
  }

  public boolean isDeleted() {
    return deletedAtMillis != 0;
  }

  public int version() {
    return version;
  }

  /** How far its user has dealt with an inbox's entry; {@code NEW} for all other messages. */
  public InboxState state() {
    return inboxState == null ? InboxState.NEW : InboxState.values()[inboxState];
  }

  /** Whether this is an inbox's entry, whose state is stored. */
  public boolean hasState() {
    return inboxState != null;
  }

  /** The primary key. */
  public static class Key implements Serializable {
    private static final long serialVersionUID = 1L;

    private long channelId;
    private long offset;

    /** For the persistence provider. */
    public Key() {}

    public Key(long channelId, long offset) {
      this.channelId = channelId;
      this.offset = offset;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && key.channelId == channelId && key.offset == offset;
    }

    @Override
    public int hashCode() {
      return Objects.hash(channelId, offset);
    }
  }
}
