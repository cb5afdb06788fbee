package io.carillon.hub;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.LogCommand;
import io.carillon.domain.message.LogOutcome;
import io.carillon.domain.message.LogPage;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.UserId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The part of the record that the hub reads, in memory; what it does not read is not there. */
final class MemoryLog implements MessageRepository {
  static final String EPOCH = "k3";

  private final Map<ChannelKey, NavigableMap<Long, Publication>> logs = new HashMap<>();
  private final Map<ChannelKey, Long> ends = new HashMap<>();
  private RuntimeException failure;
  private int reads;
  private int questionsForEnds;
  private Runnable afterRead; // guarded by this
  private Runnable beforeEnds;
  private long pruned;

  synchronized Publication add(ChannelKey channel) {
    long offset = ends.merge(channel, 1L, Long::sum);
    Publication publication = publication(channel, offset, offset, Publication.Change.CREATED);
    logs.computeIfAbsent(channel, key -> new TreeMap<>()).put(offset, publication);
    return publication;
  }

  synchronized Publication edit(ChannelKey channel, Publication before) {
    long revision = ends.merge(channel, 1L, Long::sum);
    Publication after = publication(channel, revision, before.offset(), Publication.Change.UPDATED);
    logs.get(channel).values().removeIf(p -> p.offset() == before.offset());
    logs.get(channel).put(revision, after);
    return after;
  }

  synchronized void failWith(RuntimeException newFailure) {
    failure = newFailure;
  }

  /** Removes the channel's changes up to an offset. */
  synchronized void pruneTo(ChannelKey channel, long offset) {
    logs.get(channel).headMap(offset, true).clear();
    pruned = offset;
  }

  synchronized int reads() {
    return reads;
  }

  static Publication publication(
      ChannelKey channel, long revision, long offset, Publication.Change change) {
    return new Publication(
        channel,
        ChannelKind.CHAT,
        EPOCH,
        revision,
        offset,
        change,
        "id-" + offset,
        Publication.CHAT,
        "\"text\"",
        "bob",
        "Bob",
        "",
        "",
        System.currentTimeMillis(),
        0,
        1,
        InboxState.NEW);
  }

  @Override
  public Optional<LogPage> readAfter(ChannelKey channel, long offset, int limit, int maxBytes) {
    Optional<LogPage> page = read(channel, offset, limit);
    Runnable once = takeAfterRead();
    if (once != null) {
      once.run();
    }
    return page;
  }

  /** Runs on the reading thread after the next read, before its page is handed over. */
  synchronized void afterNextRead(Runnable once) {
    afterRead = once;
  }

  private synchronized Runnable takeAfterRead() {
    Runnable once = afterRead;
    afterRead = null;
    return once;
  }

  private synchronized Optional<LogPage> read(ChannelKey channel, long offset, int limit) {
    reads++;
    if (failure != null) {
      throw failure;
    }
    NavigableMap<Long, Publication> events = new TreeMap<>();
    for (Publication changed :
        logs.getOrDefault(channel, new TreeMap<>()).tailMap(offset, false).values()) {
      events.put(changed.revision(), changed);
      if (changed.offset() > offset) {
        events.put(changed.offset(), changed.asCreated());
      }
    }
    boolean more = events.size() > limit;
    List<Publication> page = events.values().stream().limit(limit).toList();
    long completeTo =
        more
            ? page.get(page.size() - 1).revision()
            : Math.max(offset, ends.getOrDefault(channel, 0L));
    return Optional.of(new LogPage(EPOCH, page, completeTo, more, pruned));
  }

  @Override
  public Map<ChannelKey, LogEnd> ends(Collection<ChannelKey> channels) {
    Runnable once = takeBeforeEnds();
    if (once != null) {
      once.run();
    }
    return readEnds(channels);
  }

  /** Runs on the asking thread before the next question for ends is answered. */
  synchronized void beforeNextEnds(Runnable once) {
    beforeEnds = once;
  }

  synchronized int questionsForEnds() {
    return questionsForEnds;
  }

  private synchronized Runnable takeBeforeEnds() {
    Runnable once = beforeEnds;
    beforeEnds = null;
    questionsForEnds++;
    return once;
  }

  private synchronized Map<ChannelKey, LogEnd> readEnds(Collection<ChannelKey> channels) {
    if (failure != null) {
      throw failure;
    }
    Map<ChannelKey, LogEnd> found = new HashMap<>();
    for (ChannelKey channel : channels) {
      found.put(channel, new LogEnd(EPOCH, ends.getOrDefault(channel, 0L), 0));
    }
    return found;
  }

  @Override
  public List<LogOutcome> append(List<LogCommand> batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<LogOutcome> appendInTransaction(List<LogCommand> batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public HistoryPage historyBefore(ChannelKey channel, long before, int limit, int maxBytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public HistoryPage historyAfter(ChannelKey channel, long after, int limit, int maxBytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Publication> find(ChannelKey channel, String messageId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<String> idsBelow(ChannelKey inbox, InboxState state, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long unreadNotifications(ChannelKey inbox) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Map<ChannelKey, Long> unread(UserId user, Collection<ChannelKey> channels) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int prune(long nowMillis, int limit) {
    throw new UnsupportedOperationException();
  }
}
