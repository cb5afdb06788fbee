package io.carillon.domain.channel;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;

/**
 * How far a user has read in a channel. Apart from the membership since readers of a public
 * channel, of an inbox and of announcements have none; and since a mark moves with every message
 * read, while rights hardly ever change.
 */
@Entity
@Table(name = "read_mark")
@IdClass(MemberKey.class)
public class ReadMark {
  @Id
  @Column(name = "channel_id")
  private long channelId;

  @Id
  @Column(name = "user_id")
  private String userId;

  @Column(name = "last_read_offset")
  private long lastReadOffset;

  /** For the persistence provider; rows are written by {@link MembershipRepository}. */
  protected ReadMark() {}

  public long lastReadOffset() {
    return lastReadOffset;
  }
}
