package io.carillon.domain.channel;

import io.carillon.domain.user.UserId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who belongs to which channel, and how far everybody has read. Every method is one transaction,
 * begun by the implementation where the caller has none. All results are detached snapshots.
 *
 * <p>A change of rights locks the channel until its commit, as an append does: a message that is
 * stored after a removal was answered has been checked against the removal.
 */
public interface MembershipRepository {

  /** Also what keeps the user out: see {@link Membership#isBan}. */
  Optional<Membership> find(Channel channel, UserId user);

  /**
   * Makes the user a member who has read everything so far, unless a read mark says otherwise.
   *
   * @return false when the user was one already, or is banned; then nothing changes
   */
  boolean add(Channel channel, UserId user, Role role);

  /**
   * @return false for a user who is no member
   */
  boolean changeRole(Channel channel, UserId user, Role role);

  /**
   * @param untilMillis epoch milliseconds, exclusive; 0 to end it
   * @return false for a user who is no member
   */
  boolean mute(Channel channel, UserId user, long untilMillis);

  /**
   * @return false for a user who is no member
   */
  boolean remove(Channel channel, UserId user);

  /**
   * Keeps the user out, a member or not; of a ban that is there already, only author and reason
   * change.
   *
   * @param reason may be empty
   */
  void ban(Channel channel, UserId user, UserId by, String reason);

  /**
   * @return false for a user who is not banned
   */
  boolean unban(Channel channel, UserId user);

  /**
   * Who is kept out, in the order of their ids.
   *
   * @param afterUser the last id of the page before; the empty string for the first page
   * @param limit 1 to 1,000
   */
  List<Ban> bans(Channel channel, String afterUser, int limit);

  /**
   * Members in the order of their ids, with names and read marks, in one query.
   *
   * @param afterUser the last id of the page before; the empty string for the first page
   * @param limit 1 to 1,000
   */
  List<Member> list(Channel channel, String afterUser, int limit);

  /** Members with role {@link Role#OWNER}. */
  long countOwners(Channel channel);

  /**
   * Channels that the user is a member of, in the order of their names.
   *
   * @param limit 1 to 10,000
   */
  List<ChannelKey> channelsOf(String organization, UserId user, int limit);

  /**
   * Of these users those who are members.
   *
   * @param users at most 1,000
   */
  List<UserId> membersAmong(Channel channel, Collection<UserId> users);

  /**
   * Moves the user's read mark forward, for members and for all others who may read; never back,
   * and never past the end of the log.
   *
   * @return where the mark stands now; empty when it did not move. Of two callers at once only one
   *     moves it to a place.
   */
  OptionalLong advanceReadOffset(Channel channel, UserId user, long offset);

  /** Where the user's read mark stands; 0 for one who has read nothing. */
  long readOffset(Channel channel, UserId user);

  /**
   * The user's read marks in several channels, by the channel's number; those without one are left
   * out.
   */
  Map<Long, Long> readOffsets(UserId user, Collection<Long> channelIds);
}
