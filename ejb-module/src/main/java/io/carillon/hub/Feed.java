package io.carillon.hub;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.message.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * One channel's subscriptions on this node, and how far its log has been fanned out to them.
 * Belongs to the channel's {@link Shard}: one thread only.
 */
final class Feed {
  private static final long UNKNOWN = -1;

  /** Publications that may wait for one before them; what does not fit is read from the log. */
  private static final int MAX_PENDING = 1_024;

  final ChannelKey channel;
  final List<Subscription> subscriptions = new ArrayList<>();
  boolean repairing;
  boolean holeTimerSet;
  String epoch = "";
  private long delivered = UNKNOWN;
  private long placedAt = UNKNOWN;
  private final TreeMap<Long, Publication> pending = new TreeMap<>();

  Feed(ChannelKey channel) {
    this.channel = channel;
  }

  boolean isPlaced() {
    return delivered != UNKNOWN;
  }

  /** Events after this offset are fanned out from now on; those up to it are read by each. */
  void place(String placedEpoch, long offset) {
    epoch = placedEpoch;
    placedAt = offset;
    advanceTo(offset);
  }

  /** Where fanning out began: what comes before it was fanned out to nobody. */
  long placedAt() {
    return placedAt;
  }

  /** The offset up to which everything has been fanned out. */
  long delivered() {
    return delivered;
  }

  /** Everything up to this offset is known to be out, or to have been read by whoever needs it. */
  void advanceTo(long offset) {
    delivered = Math.max(delivered, offset);
    pending.headMap(delivered, true).clear();
  }

  boolean isNext(Publication publication) {
    return isPlaced() && publication.revision() == delivered + 1;
  }

  boolean isOld(Publication publication) {
    return isPlaced() && publication.revision() <= delivered;
  }

  /** Keeps a publication that came before the one in front of it. */
  void keep(Publication publication) {
    pending.put(publication.revision(), publication);
    if (pending.size() > MAX_PENDING) {
      pending.pollLastEntry(); // the log has it
    }
  }

  /** The kept publication that follows what is out, or null. */
  Publication takeNext() {
    if (pending.isEmpty() || !isPlaced() || pending.firstKey() != delivered + 1) {
      return null;
    }
    return pending.pollFirstEntry().getValue();
  }

  boolean hasHole() {
    return isPlaced() && !pending.isEmpty();
  }

  void add(Subscription subscription) {
    subscription.index = subscriptions.size();
    subscriptions.add(subscription);
  }

  /**
   * @return whether it was there
   */
  boolean remove(Subscription subscription) {
    int at = subscription.index;
    if (at < 0) {
      return false;
    }
    Subscription last = subscriptions.remove(subscriptions.size() - 1);
    if (last != subscription) {
      subscriptions.set(at, last);
      last.index = at;
    }
    subscription.index = -1;
    return true;
  }
}
