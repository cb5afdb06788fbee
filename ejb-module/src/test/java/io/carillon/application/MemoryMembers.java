package io.carillon.application;

import io.carillon.domain.channel.Ban;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.Member;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.channel.MembershipRepository;
import io.carillon.domain.channel.Role;
import io.carillon.domain.user.UserId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Members in a map, for tests of one thread. Nobody has read anything. */
final class MemoryMembers implements MembershipRepository {
  private final Map<String, Map<UserId, Membership>> members = new TreeMap<>();

  private Map<UserId, Membership> of(Channel channel) {
    return members.computeIfAbsent(channel.key().toString(), key -> new TreeMap<>());
  }

  @Override
  public Optional<Membership> find(Channel channel, UserId user) {
    return Optional.ofNullable(of(channel).get(user));
  }

  @Override
  public boolean add(Channel channel, UserId user, Role role) {
    return of(channel).putIfAbsent(user, new Membership(0, user, role, 0, 0)) == null;
  }

  @Override
  public boolean changeRole(Channel channel, UserId user, Role role) {
    return of(channel)
            .computeIfPresent(
                user, (id, old) -> new Membership(0, id, role, old.mutedUntilMillis(), 0))
        != null;
  }

  @Override
  public boolean mute(Channel channel, UserId user, long untilMillis) {
    return of(channel)
            .computeIfPresent(user, (id, old) -> new Membership(0, id, old.role(), untilMillis, 0))
        != null;
  }

  @Override
  public boolean remove(Channel channel, UserId user) {
    return of(channel).remove(user) != null;
  }

  @Override
  public void ban(Channel channel, UserId user, UserId by, String reason) {
    of(channel).put(user, Membership.ban(0, user, by, reason, 1));
  }

  @Override
  public boolean unban(Channel channel, UserId user) {
    Membership present = of(channel).get(user);
    return present != null && present.isBan() && of(channel).remove(user) != null;
  }

  @Override
  public List<Ban> bans(Channel channel, String afterUser, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Member> list(Channel channel, String afterUser, int limit) {
    return of(channel).values().stream()
        .filter(member -> member.user().value().compareTo(afterUser) > 0)
        .limit(limit)
        .map(m -> new Member(m.user(), m.user().value(), "", m.role(), m.mutedUntilMillis(), 0, 0))
        .toList();
  }

  @Override
  public long countOwners(Channel channel) {
    return of(channel).values().stream().filter(m -> m.role() == Role.OWNER).count();
  }

  @Override
  public List<ChannelKey> channelsOf(String organization, UserId user, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<UserId> membersAmong(Channel channel, Collection<UserId> users) {
    throw new UnsupportedOperationException();
  }

  @Override
  public OptionalLong advanceReadOffset(Channel channel, UserId user, long offset) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long readOffset(Channel channel, UserId user) {
    return 0;
  }

  @Override
  public Map<Long, Long> readOffsets(UserId user, Collection<Long> channelIds) {
    return Map.of();
  }
}
