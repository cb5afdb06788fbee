package io.carillon.check;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/**
 * Everything that clients asked for and got during a run, for the {@link Checker}. Channels are
 * named {@code organization/name}, so that nothing that crosses organizations can pass for its
 * namesake. Any thread.
 */
public final class Recorder {

  /**
   * A message as history shows it at the end.
   *
   * @param hash of the content, 0 if it is deleted
   * @param author and clientId are empty if it is deleted
   */
  public record Row(
      long offset,
      long revision,
      String id,
      String author,
      String clientId,
      long hash,
      boolean deleted) {}

  /**
   * A channel's history at the end, as a node tells it.
   *
   * @param last the channel's last number
   */
  record History(String channel, String node, List<Row> rows, long last) {}

  /** Whether somebody who had just got an acknowledgement found the message in history. */
  record OwnRead(Operation operation, boolean found) {}

  /** A user lost the right to read and publish, or got it, when the answer had come. */
  record RightsChange(String channel, String user, boolean allowed, long nanos) {}

  private final long seed;
  private final LongSupplier clock;
  private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();
  private final Queue<ReaderLog> readers = new ConcurrentLinkedQueue<>();
  private final Queue<History> histories = new ConcurrentLinkedQueue<>();
  private final Queue<OwnRead> ownReads = new ConcurrentLinkedQueue<>();
  private final Queue<RightsChange> rightsChanges = new ConcurrentLinkedQueue<>();

  /**
   * @param seed that the run can be repeated with
   */
  public Recorder(long seed) {
    this(seed, System::nanoTime);
  }

  Recorder(long seed, LongSupplier clock) {
    this.seed = seed;
    this.clock = clock;
  }

  public static String channel(String organization, String name) {
    return organization + '/' + name;
  }

  /** 64 bits of FNV-1a, never 0. */
  public static long hash(String content) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : content.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001b3L;
    }
    return hash == 0 ? 1 : hash;
  }

  /**
   * A message that is to be sent, once or, by several attempts, hopefully once.
   *
   * @param content that no other message or edit of the run has
   */
  public Operation send(String channel, String author, String clientId, String content) {
    return add(Operation.Kind.SEND, channel, author, clientId, "", hash(content));
  }

  /** An edit; to be attempted once, since a second one would be another edit. */
  public Operation edit(String channel, String author, String id, String content) {
    return add(Operation.Kind.EDIT, channel, author, "", id, hash(content));
  }

  /** A removal; to be attempted once. */
  public Operation delete(String channel, String author, String id) {
    return add(Operation.Kind.DELETE, channel, author, "", id, 0);
  }

  private Operation add(
      Operation.Kind kind,
      String channel,
      String author,
      String clientId,
      String target,
      long hash) {
    Operation operation = new Operation(clock, channel, kind, author, clientId, target, hash);
    operations.add(operation);
    return operation;
  }

  public ReaderLog reader(String name, String user) {
    ReaderLog reader = new ReaderLog(clock, name, user);
    readers.add(reader);
    return reader;
  }

  /** A history read of the sender, asked for after the acknowledgement had come. */
  public void ownRead(Operation operation, boolean found) {
    ownReads.add(new OwnRead(operation, found));
  }

  /** The answer to a removal has come. */
  public void removed(String channel, String user) {
    rightsChanges.add(new RightsChange(channel, user, false, clock.getAsLong()));
  }

  /** The user is about to be let in again. */
  public void admitted(String channel, String user) {
    rightsChanges.add(new RightsChange(channel, user, true, clock.getAsLong()));
  }

  /** The end of a run: what a node says is stored. */
  public void history(String channel, String node, List<Row> rows, long last) {
    histories.add(new History(channel, node, List.copyOf(rows), last));
  }

  public long seed() {
    return seed;
  }

  public List<Operation> operations() {
    return List.copyOf(operations);
  }

  List<ReaderLog> readers() {
    return List.copyOf(readers);
  }

  List<History> histories() {
    return List.copyOf(histories);
  }

  List<OwnRead> ownReads() {
    return List.copyOf(ownReads);
  }

  List<RightsChange> rightsChanges() {
    return List.copyOf(rightsChanges);
  }
}
