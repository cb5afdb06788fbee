package io.carillon.domain.channel;

import io.carillon.domain.user.UserId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An organization's channels as those see them who manage them: all but inboxes and announcements,
 * found by whatever is known of them. Every method is one transaction; results are detached.
 */
public interface ChannelCatalog {

  /**
   * A page of those that a filter lets through.
   *
   * @param after where the page before ended
   * @param limit 1 to 1,000
   */
  List<Channel> search(
      String organization,
      ChannelFilter filter,
      ChannelOrder order,
      ChannelOrder.Mark after,
      int limit);

  /** How many a filter lets through. */
  long count(String organization, ChannelFilter filter);

  /** How many members each has, by the channel's number; those without any are left out. */
  Map<Long, Long> countMembers(Collection<Long> channelIds);

  /**
   * A page of a channel's members, as {@link MembershipRepository#list}.
   *
   * @param text is in the id or the name, in any case; the empty string for all
   * @param role null for all
   */
  List<Member> members(Channel channel, String text, Role role, String afterUser, int limit);

  /** How many members {@link #members} has in all. */
  long countMembers(Channel channel, String text, Role role);

  /** A channel that somebody belongs to, or is kept out of. */
  record Place(ChannelName channel, MemberRights rights) {
    public Place {
      Objects.requireNonNull(channel);
      Objects.requireNonNull(rights);
    }
  }

  /**
   * Where a user is a member or banned, in the order of the channels' names.
   *
   * @param limit 1 to 1,000
   */
  List<Place> placesOf(String organization, UserId user, int limit);

  /**
   * What has happened in a channel. It reads all of its log, so its answer is worth keeping for a
   * while.
   *
   * @param sinceMillis from when on the messages of each day are counted
   */
  ChannelStatistics statistics(Channel channel, long sinceMillis);
}
