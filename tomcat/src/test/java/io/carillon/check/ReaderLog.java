package io.carillon.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What one reader was told by the server, in order, over all its connections: an application that
 * keeps its position and comes back with it. Any thread, one at a time for the order to mean
 * something.
 */
public final class ReaderLog {
  /** What an entry tells. */
  enum Type {
    /** It hears the channel from a position on, and nothing before. */
    STARTED,
    /** The server says that everything after a position follows. */
    RESUMED,
    /** The server says that something is missing, and goes on from a position. */
    RESET,
    /** The server says that everything up to a position has been delivered. */
    COMPLETE,
    NEW,
    UPDATED,
    DELETED,
    /** The reader has left the channel, or was sent away: nothing is owed to it any more. */
    LEFT
  }

  /**
   * @param revision of a message's change, or the position of another entry
   * @param hash of the content, 0 where there is none
   */
  record Entry(
      long nanos,
      Type type,
      String channel,
      long revision,
      long offset,
      String id,
      long hash,
      String author) {}

  private final LongSupplier clock;
  private final String name;
  private final String user;
  private final List<Entry> entries = new ArrayList<>(); // guarded by this
  private final Map<String, Long> positions = new HashMap<>(); // guarded by this
  private int resumes; // guarded by this

  ReaderLog(LongSupplier clock, String name, String user) {
    this.clock = clock;
    this.name = name;
    this.user = user;
  }

  public String name() {
    return name;
  }

  public String user() {
    return user;
  }

  public void started(String channel, long position) {
    add(Type.STARTED, channel, position, 0, "", 0, "");
  }

  public void resumed(String channel, long since) {
    add(Type.RESUMED, channel, since, 0, "", 0, "");
  }

  public void reset(String channel, long position, String reason) {
    add(Type.RESET, channel, position, 0, reason, 0, "");
  }

  public void complete(String channel, long position) {
    add(Type.COMPLETE, channel, position, 0, "", 0, "");
  }

  public void left(String channel) {
    add(Type.LEFT, channel, position(channel), 0, "", 0, "");
  }

  /** The message came as one that the reader has not seen before. */
  public void created(
      String channel, long revision, long offset, String id, String content, String author) {
    add(Type.NEW, channel, revision, offset, id, Recorder.hash(content), author);
  }

  /** A message that the reader has, or that is older than its start, has changed. */
  public void updated(
      String channel, long revision, long offset, String id, String content, String author) {
    add(Type.UPDATED, channel, revision, offset, id, Recorder.hash(content), author);
  }

  public void deleted(String channel, long revision, long offset, String id) {
    add(Type.DELETED, channel, revision, offset, id, 0, "");
  }

  private synchronized void add(
      Type type, String channel, long revision, long offset, String id, long hash, String author) {
    entries.add(new Entry(clock.getAsLong(), type, channel, revision, offset, id, hash, author));
    if (type == Type.RESUMED) {
      resumes++;
    }
    if (type == Type.STARTED || type == Type.RESET) {
      positions.put(channel, revision);
    } else {
      positions.merge(channel, revision, Math::max);
    }
  }

  /** How far the reader has come in a channel; -1 before it has started. */
  public synchronized long position(String channel) {
    return positions.getOrDefault(channel, -1L);
  }

  /** How often the server has said that nothing was missed. */
  public synchronized int resumes() {
    return resumes;
  }

  /**
   * How long new messages took to come, in nanoseconds.
   *
   * @param begun when those that are of interest were sent, by their place in the channel
   */
  public synchronized long[] latencies(String channel, Map<Long, Long> begun) {
    return entries.stream()
        .filter(entry -> entry.type() == Type.NEW && entry.channel().equals(channel))
        .filter(entry -> begun.containsKey(entry.revision()))
        .mapToLong(entry -> entry.nanos() - begun.get(entry.revision()))
        .toArray();
  }

  synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }
}
