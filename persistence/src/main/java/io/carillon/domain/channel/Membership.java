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
 * A user's stored right to a channel, or a ban that keeps the user out, as it was when it was read;
 * {@link MembershipRepository} changes it. How far the user has read is kept apart ({@link
 * ReadMark}): whoever may read has that, with or without a membership.
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

  @Column(name = "banned_at")
  private long bannedAtMillis; // 0 for one that lets in

  @Column(name = "banned_by")
  private String bannedBy = "";

  @Column(name = "ban_reason")
  private String banReason = "";

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

  /** One that keeps the user out. */
  public static Membership ban(
      long channelId, UserId user, UserId by, String reason, long bannedAtMillis) {
    Membership ban = new Membership(channelId, user, Role.READER, 0, 0);
    ban.bannedBy = by.value();
    ban.banReason = reason;
    ban.bannedAtMillis = bannedAtMillis;
    return ban;
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
    return new MemberRights(role, mutedUntilMillis, isBan());
  }

  /** Whether it keeps the user out: who has such a membership is no member. */
  public boolean isBan() {
    return bannedAtMillis != 0;
  }

  /** When a ban began; 0 for none. */
  public long bannedAtMillis() {
    return bannedAtMillis;
  }

  /** Who has banned the user, or the empty string. */
  public String bannedBy() {
    return bannedBy;
  }

  /** Why, in that one's words, or the empty string. */
  public String banReason() {
    return banReason;
  }
}
