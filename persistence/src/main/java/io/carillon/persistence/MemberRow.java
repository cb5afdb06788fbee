package io.carillon.persistence;

import io.carillon.domain.channel.Member;
import io.carillon.domain.channel.Membership;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;

/** A channel's member as a list shows one: the membership with the user's name and read mark. */
final class MemberRow {
  /** Of memberships {@code m} and users {@code u}; wants the parameter {@code organization}. */
  static final String SELECT =
      "select m as membership, coalesce(u.name, m.userId) as name,"
          + " coalesce(u.avatarUrl, '') as avatar, coalesce(r.lastReadOffset, 0L) as mark"
          + " from Membership m"
          + " left join User u on u.organization = :organization and u.id = m.userId"
          + " left join ReadMark r on r.channelId = m.channelId and r.userId = m.userId";

  private MemberRow() {}

  static Member read(EntityManager entities, Tuple row) {
    Membership membership = row.get("membership", Membership.class);
    entities.detach(membership);
    return new Member(
        membership.user(),
        row.get("name", String.class),
        row.get("avatar", String.class),
        membership.role(),
        membership.mutedUntilMillis(),
        membership.joinedAtMillis(),
        row.get("mark", Long.class));
  }
}
