package io.carillon.domain.channel;

import io.carillon.domain.user.UserId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.util.Objects;

/**
 * A user's stored right to a channel, as it was when it was read; {@link MembershipRepository}
 * changes it. How far the user has read is kept apart ({@link ReadMark}): whoever may read has
 * that, with or without a membership.
 */
@Entity
@Table(name = "membership")
@IdClass(MemberKey.class)
public class Membership {
  @Id
  @Column(name = "channel_id")
  private long channelId;

  @Id
  @Column(name = "user_id")
  private String userId;

  @Enumerated(EnumType.STRING)
  @Column(name = "member_role")
  private Role role;

  @Column(name = "muted_until")
  private long mutedUntilMillis; // 0 for not muted

  @Column(name = "joined_at")
  private long joinedAtMillis;

  /** For the persistence provider. */
  protected Membership() {}

  public Membership(
      long channelId, UserId user, Role role, long mutedUntilMillis, long joinedAtMillis) {
    this.channelId = channelId;
    this.userId = user.value();
    this.role = Objects.requireNonNull(role);
    this.mutedUntilMillis = mutedUntilMillis;
    this.joinedAtMillis = joinedAtMillis;
  }

  public long channelId() {
    return channelId;
  }

  public UserId user() {
    return new UserId(userId);
  }

  public Role role() {
    return role;
  }

  /** Epoch milliseconds, exclusive; 0 for not muted. */
  public long mutedUntilMillis() {
    return mutedUntilMillis;
  }

  public long joinedAtMillis() {
    return joinedAtMillis;
  }

  public MemberRights rights() {
    return new MemberRights(role, mutedUntilMillis);
  }
}
