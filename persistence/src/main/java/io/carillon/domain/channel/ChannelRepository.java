package io.carillon.domain.channel;

import io.carillon.domain.user.UserId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The channels. Every method is one transaction, begun by the implementation where the caller has
 * none. What {@link #lock} returns is stored as it is changed, at the commit; all other methods
 * return detached snapshots.
 */
public interface ChannelRepository {

  Optional<Channel> find(ChannelKey key);

  /** The channel with the user's membership, in one query. */
  Optional<ChannelView> view(ChannelKey key, UserId user);

  /**
   * What each of them may do now, in one query; those whose channel does not exist are left out.
   *
   * @param askers at most 1,000
   */
  Map<Asker, Access> accessOf(Collection<Asker> askers);

  /**
   * What {@link #view} would say, for many at once: whatever opens a connection asks this. Always
   * in a transaction of its own, with one query for each organization.
   *
   * @param questions at most 1,000, with at most 10,000 different names
   * @return in the order of the questions; channels that do not exist are left out
   */
  List<Map<ChannelName, ChannelView>> views(List<ViewQuestion> questions);

  /**
   * The channel, locked until the caller's transaction ends: appends to its log wait. Only inside a
   * transaction of the caller; changes of the entity are stored at its commit.
   */
  Optional<Channel> lock(ChannelKey key);

  /**
   * Locks several as {@link #lock} does one, in the order in which appends lock theirs: nobody
   * waits in a circle. Those that do not exist are left out.
   */
  void lockAll(Collection<ChannelKey> keys);

  /**
   * Stores a new channel.
   *
   * @throws io.carillon.domain.error.RealtimeException with {@code CONFLICT} when the name is taken
   */
  Channel create(Channel channel);

  /**
   * Finds or makes a user's inbox or an organization's announcements. Any number of nodes may do so
   * at once; they all get the same one.
   *
   * @param key of a reserved name whose organization exists
   */
  Channel ensureSystemChannel(ChannelKey key);

  /**
   * The chats, lists and pub/sub channels that the user may read: public ones and those with a
   * membership, archived ones too, in the order of their names. Inboxes and announcements are not
   * among them.
   *
   * @param afterName the last name of the page before; the empty string for the first page
   * @param limit 1 to 1,000
   */
  List<ChannelView> listVisible(String organization, UserId user, String afterName, int limit);

  /**
   * All chats, lists and pub/sub channels of the organization, for those who manage them.
   *
   * @param namePrefix the empty string for all
   * @param afterName the last name of the page before; the empty string for the first page
   * @param limit 1 to 1,000
   */
  List<Channel> list(String organization, String namePrefix, String afterName, int limit);

  /**
   * What the organization's channels with these numbers are called; numbers of no channel, or of
   * another organization's, are left out.
   *
   * @param numbers at most 1,000
   */
  List<ChannelName> names(String organization, Collection<Long> numbers);
}
