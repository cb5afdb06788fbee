package io.carillon.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What took which number of one channel, pieced together from acknowledgements, deliveries and the
 * final histories, which must all agree.
 */
final class ChannelTruth {
  /**
   * What a number stands for.
   *
   * @param hash 0 for a removal
   * @param sinceNanos before which nobody had asked for it
   */
  record Change(String id, long hash, long sinceNanos, String source) {}

  private final String channel;
  private final Report report;
  private final Map<Long, Operation> byHash = new HashMap<>();
  private final Map<String, Operation> sends = new HashMap<>(); // by author and client id
  private final Map<String, List<Operation>> removals = new HashMap<>(); // by message
  private final Map<Long, Change> changes = new TreeMap<>();
  private final Map<String, TreeSet<Long>> revisions = new HashMap<>(); // by message

  ChannelTruth(String channel, List<Operation> operations, Report report) {
    this.channel = channel;
    this.report = report;
    for (Operation operation : operations) {
      switch (operation.kind()) {
        case SEND -> {
          byHash.put(operation.hash(), operation);
          sends.put(key(operation.author(), operation.clientId()), operation);
        }
        case EDIT -> byHash.put(operation.hash(), operation);
        case DELETE ->
            removals.computeIfAbsent(operation.target(), id -> new ArrayList<>()).add(operation);
      }
    }
  }

  private static String key(String author, String clientId) {
    return author + '\n' + clientId;
  }

  Optional<Operation> sent(String author, String clientId) {
    return Optional.ofNullable(sends.get(key(author, clientId)));
  }

  /** Takes what an acknowledgement says. */
  void acknowledged(Operation operation) {
    String id = operation.kind() == Operation.Kind.SEND ? operation.id() : operation.target();
    put(operation.revision(), id, operation.hash(), operation.startNanos(), "acknowledgement");
  }

  /**
   * Takes what somebody saw at a number, if anybody asked for it.
   *
   * @param hash 0 for a removal
   * @param author empty where it is not told
   */
  void seen(long revision, String id, long hash, String author, String source) {
    Change known = changes.get(revision);
    if (known != null && known.id().equals(id) && known.hash() == hash) {
      return;
    }
    long since =
        hash == 0 ? explainRemoval(id, source) : explain(revision, id, hash, author, source);
    put(revision, id, hash, since, source);
  }

  /**
   * Takes a message that came as new. Who catches up is given it in its own place with what it says
   * by then: any edit of it that had been asked for.
   */
  void seenAsNew(
      long revision, String id, long hash, String author, long seenNanos, String source) {
    Operation operation = byHash.get(hash);
    boolean edited =
        operation != null
            && operation.kind() == Operation.Kind.EDIT
            && operation.target().equals(id)
            && !operation.isRefused()
            && operation.startNanos() < seenNanos;
    Change known = changes.get(revision);
    if (edited && known != null && known.id().equals(id)) {
      return;
    }
    seen(revision, id, hash, author, source);
  }

  private long explainRemoval(String id, String source) {
    for (Operation operation : removals.getOrDefault(id, List.of())) {
      if (!operation.isRefused()) {
        return operation.startNanos();
      }
    }
    report.add(Fault.PHANTOM, source + " in " + channel + ": " + id + " was not to be deleted");
    return Long.MIN_VALUE;
  }

  private long explain(long revision, String id, long hash, String author, String source) {
    String what = source + " in " + channel + ": " + id + " at " + revision;
    Operation operation = byHash.get(hash);
    if (operation == null) {
      report.add(Fault.PHANTOM, what + " has a content that nobody wrote here");
      return Long.MIN_VALUE;
    }
    if (operation.isRefused()) {
      report.add(Fault.PHANTOM, what + " had been refused: " + operation);
    }
    if (operation.kind() == Operation.Kind.EDIT && !operation.target().equals(id)) {
      report.add(Fault.PHANTOM, what + " has another message's edit: " + operation);
    }
    if (operation.kind() == Operation.Kind.SEND
        && !author.isEmpty()
        && !operation.author().equals(author)) {
      report.add(Fault.PHANTOM, what + " is said to be by " + author + ": " + operation);
    }
    return operation.startNanos();
  }

  private void put(long revision, String id, long hash, long sinceNanos, String source) {
    Change change = new Change(id, hash, sinceNanos, source);
    Change before = changes.putIfAbsent(revision, change);
    if (before == null) {
      revisions.computeIfAbsent(id, key -> new TreeSet<>()).add(revision);
    } else if (!before.id().equals(id) || before.hash() != hash) {
      report.add(
          Fault.REORDERED,
          channel + " has two things at " + revision + ": " + before + ", " + change);
    }
  }

  Optional<Change> at(long revision) {
    return Optional.ofNullable(changes.get(revision));
  }

  /** Numbers known beyond the channel's last one. */
  void checkEnd(long last) {
    changes.forEach(
        (revision, change) -> {
          if (revision > last) {
            report.add(
                Fault.LOST, channel + " ends at " + last + " and had " + revision + ": " + change);
          }
        });
  }

  /**
   * Every number up to the last one must be known, but for changes whose askers never got an answer
   * and which others replaced before anybody saw them.
   */
  void checkGapless(long last, long unseen) {
    List<Long> missing = new ArrayList<>();
    for (long number = 1; number <= last; number++) {
      if (!changes.containsKey(number)) {
        missing.add(number);
      }
    }
    if (missing.size() > unseen) {
      report.add(
          Fault.GAP,
          channel + " has " + unseen + " changes of unknown outcome, and nothing at " + missing);
    }
  }

  /** How many operations of unknown outcome nobody saw stored. */
  long unseen(List<Operation> operations) {
    TreeSet<Long> hashes = new TreeSet<>();
    Map<String, Long> removed = new HashMap<>();
    for (Change change : changes.values()) {
      if (change.hash() == 0) {
        removed.merge(change.id(), 1L, Long::sum);
      } else {
        hashes.add(change.hash());
      }
    }
    return operations.stream()
        .filter(operation -> !operation.isAcknowledged() && !operation.isRefused())
        .filter(
            operation ->
                operation.kind() == Operation.Kind.DELETE
                    ? !removed.containsKey(operation.target())
                    : !hashes.contains(operation.hash()))
        .count();
  }

  /**
   * Whether a reader that read at a time need not be given a number: its message had been deleted,
   * or it is a change, and a later one stands for both. A message itself comes in any case.
   */
  boolean isReplaced(long revision, long readNanos) {
    Change change = changes.get(revision);
    if (change == null) {
      return true; // nobody can tell what it was; checkGapless counts it
    }
    Operation made = byHash.get(change.hash());
    boolean isCreation = made != null && made.kind() == Operation.Kind.SEND;
    for (long number : revisions.get(change.id()).tailSet(revision, false)) {
      Change later = changes.get(number);
      if (later.sinceNanos() < readNanos && (later.hash() == 0 || !isCreation)) {
        return true;
      }
    }
    return false;
  }
}
