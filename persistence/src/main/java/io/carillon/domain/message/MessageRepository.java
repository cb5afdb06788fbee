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
   * The same inside the caller's transaction: durable with its commit, and gone if it rolls back.
   * The channel rows stay locked until then, so this comes last of all that the transaction does.
   *
   * @param batch may be empty; then it only makes sure that everything before it has been written
   * @return what each command will have come to if the transaction commits; a refused one has
   *     changed nothing, and leaves the transaction as it is
   */
  List<LogOutcome> appendInTransaction(List<LogCommand> batch);

  /**
   * Reads what changed after an offset, compacted: see {@link LogPage}. The log's ends are read by
   * the same statement as the rows, hence from one moment: {@link LogPage#completeTo} never claims
   * too much, and {@link LogPage#continuesFrom} cannot miss a removal that happened in between.
   *
   * @param limit at most that many changes, 1 to 1,000
   * @param maxBytes stop after the change that makes the payloads' sum exceed this
   * @return empty for a channel that does not exist
   */
  Optional<LogPage> readAfter(ChannelKey channel, long offset, int limit, int maxBytes);

  /**
   * Messages before an offset, the latest {@code limit} of them, oldest first. A deleted message
   * keeps its place, as {@code DELETED} and without content. Empty for a channel whose policy is to
   * have no history.
   *
   * @param before exclusive; {@link Long#MAX_VALUE} for the end
   * @param limit at most that many messages, 1 to 1,000
   * @param maxBytes at least one message, then only while the payloads' sum stays within
   * @throws io.carillon.domain.error.RealtimeException with {@code FORBIDDEN} for a channel that
   *     does not exist
   */
  HistoryPage historyBefore(ChannelKey channel, long before, int limit, int maxBytes);

  /** The same after an offset (exclusive), the first {@code limit} of them, oldest first. */
  HistoryPage historyAfter(ChannelKey channel, long after, int limit, int maxBytes);

  /** A message as it is now, a deleted one too; empty also for text that is no id. */
  Optional<Publication> find(ChannelKey channel, String messageId);

  /**
   * Ends of logs, for the tail sweep: one query for all of them.
   *
   * @return without those that do not exist
   */
  Map<ChannelKey, LogEnd> ends(Collection<ChannelKey> channels);

  /**
   * Ids of entries of an inbox whose state is below the given one, oldest first, without deleted
   * ones.
   */
  List<String> idsBelow(ChannelKey inbox, InboxState state, int limit);

  /** Entries of an inbox whose state is below {@code READ}, without deleted ones. */
  long unreadNotifications(ChannelKey inbox);

  /**
   * For each channel the number of others' messages after the user's last read offset, without
   * deleted ones, counted to at most 1,000. Without a read mark that is the whole log.
   *
   * @return without those channels that do not exist
   */
  Map<ChannelKey, Long> unread(UserId user, Collection<ChannelKey> channels);

  /**
   * Removes what the channels' history policies no longer keep, oldest first, and moves each log's
   * start. A message's time is that of its latest change, so the log is always complete from its
   * start on. With a message goes its client id: a repeat after that is a new message.
   *
   * @param limit at most about that many rows in this transaction; a full one asks for another call
   * @return how many rows went
   */
  int prune(long nowMillis, int limit);

  /** Where a log ends now, and from where on it is kept. */
  record LogEnd(String epoch, long lastOffset, long prunedOffset) {}
}
