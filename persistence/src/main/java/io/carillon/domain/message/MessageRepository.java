package io.carillon.domain.message;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.user.UserId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The logs of all channels. Every method is one transaction, begun by the implementation where the
 * caller has none.
 */
public interface MessageRepository {

  /**
   * Carries out a batch in one transaction: locks the channel rows in the order of their ids,
   * checks rights, archived flag, mute, slow mode and idempotency there, takes offsets, stores,
   * commits. When this returns, everything in the outcomes is durable.
   *
   * @param batch commands in arrival order; those of one channel get rising offsets in that order
   * @return one outcome for each command, in the same order
   * @throws RuntimeException when nothing of the batch was stored (the commit failed, or its result
   *     is not known)
   */
  List<LogOutcome> append(List<LogCommand> batch);

  /**
   * Reads what changed after an offset. Compacted, see {@link LogPage}; a message made and edited
   * after it comes as {@code CREATED}. The end of the log is read before the rows, so that {@link
   * LogPage#completeTo} never claims too much.
   *
   * @param limit at most that many changes, 1 to 1,000
   * @param maxBytes stop after the change that makes the payloads' sum exceed this
   * @return empty for a channel that does not exist
   */
  Optional<LogPage> readAfter(ChannelKey channel, long offset, int limit, int maxBytes);

  /**
   * Messages before an offset, the latest {@code limit} of them, oldest first.
   *
   * @param before exclusive; {@link Long#MAX_VALUE} for the end
   * @param maxBytes at least one message, then only while the payloads' sum stays within
   */
  HistoryPage historyBefore(ChannelKey channel, long before, int limit, int maxBytes);

  /** Messages after an offset (exclusive), oldest first. */
  HistoryPage historyAfter(ChannelKey channel, long after, int limit, int maxBytes);

  Optional<Publication> find(ChannelKey channel, String messageId);

  /**
   * Ends of logs, for the tail sweep: one query for all of them.
   *
   * @return without those that do not exist
   */
  Map<ChannelKey, LogEnd> ends(Collection<ChannelKey> channels);

  /** Ids of entries of an inbox whose state is below the given one, oldest first. */
  List<String> idsBelow(ChannelKey inbox, InboxState state, int limit);

  /** Entries of an inbox whose state is below {@code READ}. */
  long unreadNotifications(ChannelKey inbox);

  /**
   * For each channel the number of others' messages after the user's last read offset, counted to
   * at most 1,000.
   */
  Map<ChannelKey, Long> unread(UserId user, Collection<ChannelKey> channels);

  /**
   * Removes what the channels' history policies no longer keep, oldest first, and moves each log's
   * start.
   *
   * @return how many rows went
   */
  int prune(long nowMillis, int limit);

  /** Where a log ends now, and from where on it is kept. */
  record LogEnd(String epoch, long lastOffset, long prunedOffset) {}
}
