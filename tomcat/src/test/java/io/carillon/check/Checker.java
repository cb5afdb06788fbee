package io.carillon.check;

import io.carillon.check.Operation.Attempt;
import io.carillon.check.Operation.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Proves or disproves what the service promises, from what a {@link Recorder} recorded. No search
 * is needed: a channel's numbers make it sorting.
 *
 * <ol>
 *   <li>What is acknowledged is stored, with that place and content.
 *   <li>What is stored or delivered was asked for, and not refused.
 *   <li>A message is stored once, however often it was sent, and given to a reader once.
 *   <li>A channel's numbers are 1..n. A reader is given each from its start on; those that a later
 *       change of the same message replaced before it read may be left out.
 *   <li>Readers, acknowledgements and histories agree on each number, and readers get them rising.
 *   <li>If an acknowledgement came before another operation began, its number is the lower one.
 *   <li>Whoever has an acknowledgement finds the message in history.
 *   <li>What is committed more than a second after a removal does not reach the removed user, and
 *       what he begins to send after it is refused.
 * </ol>
 */
public final class Checker {
  private static final long REMOVAL_NANOS = Duration.ofSeconds(1).toNanos();

  private final Recorder recorder;
  private final Report report;
  private final Map<String, List<Operation>> operations = new LinkedHashMap<>();
  private final Map<String, ChannelTruth> truths = new HashMap<>();
  private final Map<String, Long> ends = new HashMap<>();

  private Checker(Recorder recorder) {
    this.recorder = recorder;
    this.report = new Report(recorder.seed());
  }

  /** Checks a run that is over: everybody has had time to get everything. */
  public static Report check(Recorder recorder) {
    Checker checker = new Checker(recorder);
    checker.check();
    return checker.report;
  }

  private void check() {
    for (Operation operation : recorder.operations()) {
      operations.computeIfAbsent(operation.channel(), c -> new ArrayList<>()).add(operation);
      checkAttempts(operation);
    }
    collectTruths();
    for (Recorder.History history : recorder.histories()) {
      checkHistory(history);
    }
    truths.forEach(this::checkNumbers);
    operations.values().forEach(this::checkOrder);
    recorder.readers().forEach(this::checkReader);
    for (Recorder.OwnRead read : recorder.ownReads()) {
      if (!read.found()) {
        report.add(Fault.STALE, "its sender did not find " + read.operation());
      }
    }
    checkRights();
    report.unavailable(longestUnavailability());
  }

  /** Answers to the attempts of one operation agree with each other. */
  private void checkAttempts(Operation operation) {
    List<Attempt> stored =
        operation.attempts().stream().filter(a -> a.outcome() == Outcome.OK).toList();
    int repeats = (int) stored.stream().filter(Attempt::duplicate).count();
    report.operation(operation.kind() == Operation.Kind.SEND, !stored.isEmpty(), repeats);
    if (stored.size() - repeats > 1) {
      report.add(Fault.REPEATED, "acknowledged as new more than once: " + operation);
    }
    for (Attempt attempt : stored) {
      if (attempt.revision() != stored.get(0).revision()
          || !attempt.id().equals(stored.get(0).id())) {
        report.add(Fault.REPEATED, "acknowledged in more than one place: " + operation);
        break;
      }
    }
  }

  private void collectTruths() {
    recorder.histories().forEach(history -> truth(history.channel()));
    operations.forEach(
        (channel, all) -> {
          ChannelTruth truth = truth(channel);
          all.stream().filter(Operation::isAcknowledged).forEach(truth::acknowledged);
        });
    for (Recorder.History history : recorder.histories()) {
      ends.merge(history.channel(), history.last(), Math::max);
      for (Recorder.Row row : history.rows()) {
        truth(history.channel())
            .seen(
                row.revision(), row.id(), row.hash(), row.author(), "history of " + history.node());
      }
    }
    for (ReaderLog reader : recorder.readers()) {
      for (ReaderLog.Entry entry : reader.entries()) {
        if (isDelivery(entry) && entry.type() != ReaderLog.Type.NEW) {
          truth(entry.channel())
              .seen(entry.revision(), entry.id(), entry.hash(), entry.author(), reader.name());
        }
      }
    }
    takeNewOnes();
  }

  /** What came as new, earliest first: who got a message at once got its first form. */
  private void takeNewOnes() {
    record Given(ReaderLog reader, ReaderLog.Entry entry) {}
    List<Given> given = new ArrayList<>();
    for (ReaderLog reader : recorder.readers()) {
      for (ReaderLog.Entry entry : reader.entries()) {
        if (entry.type() == ReaderLog.Type.NEW) {
          given.add(new Given(reader, entry));
        }
      }
    }
    given.sort(Comparator.comparingLong(each -> each.entry().nanos()));
    for (Given each : given) {
      ReaderLog.Entry entry = each.entry();
      truth(entry.channel())
          .seenAsNew(
              entry.revision(),
              entry.id(),
              entry.hash(),
              entry.author(),
              entry.nanos(),
              each.reader().name());
    }
  }

  private static boolean isDelivery(ReaderLog.Entry entry) {
    return switch (entry.type()) {
      case NEW, UPDATED, DELETED -> true;
      case STARTED, RESUMED, RESET, COMPLETE, LEFT -> false;
    };
  }

  private ChannelTruth truth(String channel) {
    return truths.computeIfAbsent(
        channel, name -> new ChannelTruth(name, operations.getOrDefault(name, List.of()), report));
  }

  // ---- what is stored

  private void checkHistory(Recorder.History history) {
    String where = "history of " + history.channel() + " by " + history.node();
    Map<String, Recorder.Row> byId = new HashMap<>();
    Map<String, String> bySender = new HashMap<>();
    long before = 0;
    for (Recorder.Row row : history.rows()) {
      if (row.offset() <= before) {
        report.add(Fault.REORDERED, where + " has " + row + " after " + before);
      }
      before = row.offset();
      if (byId.put(row.id(), row) != null) {
        report.add(Fault.REPEATED, where + " has twice " + row);
      }
      if (!row.clientId().isEmpty()) {
        String other = bySender.put(row.author() + '\n' + row.clientId(), row.id());
        if (other != null) {
          report.add(Fault.REPEATED, where + " has what one client sent once as " + row);
        }
        if (truth(history.channel()).sent(row.author(), row.clientId()).isEmpty()) {
          report.add(Fault.PHANTOM, where + " has what nobody sent: " + row);
        }
      }
      if (row.revision() > history.last()) {
        report.add(Fault.LOST, where + " ends at " + history.last() + " and has " + row);
      }
    }
    for (Operation operation : operations.getOrDefault(history.channel(), List.of())) {
      if (operation.isAcknowledged()) {
        checkStored(operation, byId, where);
      }
    }
  }

  private void checkStored(Operation operation, Map<String, Recorder.Row> byId, String where) {
    boolean sent = operation.kind() == Operation.Kind.SEND;
    Recorder.Row row = byId.get(sent ? operation.id() : operation.target());
    if (row == null || row.revision() < operation.revision()) {
      report.add(Fault.LOST, where + " lacks " + operation + ", it has " + row);
    } else if (sent && row.offset() != operation.revision()) {
      report.add(Fault.LOST, where + " has in another place " + operation + ": " + row);
    } else if (row.revision() == operation.revision() && row.hash() != operation.hash()) {
      report.add(Fault.LOST, where + " has with another content " + operation + ": " + row);
    }
  }

  private void checkNumbers(String channel, ChannelTruth truth) {
    Long last = ends.get(channel);
    if (last == null) {
      return; // nobody told its end: a channel that came up in a delivery by mistake
    }
    truth.checkEnd(last);
    truth.checkGapless(last, truth.unseen(operations.getOrDefault(channel, List.of())));
  }

  /** Numbers follow the order of what did not overlap in time. */
  private void checkOrder(List<Operation> all) {
    List<Operation> stored = all.stream().filter(Operation::isAcknowledged).toList();
    List<Operation> byStart = new ArrayList<>(stored);
    byStart.sort(Comparator.comparingLong(Operation::startNanos));
    List<Operation> byEnd = new ArrayList<>(stored);
    byEnd.sort(Comparator.comparingLong(Operation::acknowledgedNanos));
    Operation highest = null;
    int ended = 0;
    for (Operation operation : byStart) {
      while (byEnd.get(ended).acknowledgedNanos() < operation.startNanos()) {
        Operation earlier = byEnd.get(ended++);
        if (highest == null || earlier.revision() > highest.revision()) {
          highest = earlier;
        }
      }
      if (highest != null && highest.revision() >= operation.revision()) {
        report.add(Fault.REORDERED, operation + " came after the end of " + highest);
      }
    }
  }

  // ---- what is delivered

  private void checkReader(ReaderLog reader) {
    Map<String, TrackCheck> tracks = new TreeMap<>();
    for (ReaderLog.Entry entry : reader.entries()) {
      tracks
          .computeIfAbsent(
              entry.channel(),
              channel -> new TrackCheck(channel, reader.name(), truth(channel), report))
          .entry(entry);
    }
    tracks.forEach(
        (channel, track) -> {
          Long last = ends.get(channel);
          if (last != null) {
            track.finish(last);
          }
        });
  }

  private void checkRights() {
    Map<String, TreeMap<Long, Boolean>> rights = new HashMap<>(); // what holds from when on
    for (Recorder.RightsChange change : recorder.rightsChanges()) {
      rights
          .computeIfAbsent(change.channel() + '\n' + change.user(), key -> new TreeMap<>())
          .put(change.nanos(), change.allowed());
    }
    if (rights.isEmpty()) {
      return;
    }
    for (Operation operation : recorder.operations()) {
      var of = rights.get(operation.channel() + '\n' + operation.author());
      for (Attempt attempt : operation.attempts()) {
        if (of != null && attempt.outcome() == Outcome.OK && isRemoved(of, attempt.startNanos())) {
          report.add(Fault.RIGHTS, "accepted from a removed member: " + operation);
        }
      }
    }
    for (ReaderLog reader : recorder.readers()) {
      for (ReaderLog.Entry entry : reader.entries()) {
        var of = rights.get(entry.channel() + '\n' + reader.user());
        if (of != null && isDelivery(entry)) {
          checkMayHave(of, reader, entry);
        }
      }
    }
  }

  private static boolean isRemoved(TreeMap<Long, Boolean> rights, long nanos) {
    var last = rights.floorEntry(nanos);
    return last != null && !last.getValue();
  }

  private void checkMayHave(
      TreeMap<Long, Boolean> rights, ReaderLog reader, ReaderLog.Entry entry) {
    long asked =
        truth(entry.channel())
            .at(entry.revision())
            .map(ChannelTruth.Change::sinceNanos)
            .orElse(Long.MIN_VALUE);
    var change = rights.floorEntry(asked);
    boolean late = change != null && !change.getValue() && asked - change.getKey() > REMOVAL_NANOS;
    if (late && isRemoved(rights, entry.nanos())) {
      report.add(
          Fault.RIGHTS,
          reader.name()
              + " got "
              + entry.revision()
              + " of "
              + entry.channel()
              + ", asked for "
              + Duration.ofNanos(asked - change.getKey()).toMillis()
              + " ms after its removal");
    }
  }

  // ---- for how long

  private Duration longestUnavailability() {
    List<Operation> byStart = new ArrayList<>(recorder.operations());
    byStart.removeIf(operation -> !operation.isAcknowledged());
    byStart.sort(Comparator.comparingLong(Operation::startNanos));
    List<Operation> byEnd = new ArrayList<>(byStart);
    byEnd.sort(Comparator.comparingLong(Operation::acknowledgedNanos));
    PriorityQueue<Long> waiting = new PriorityQueue<>(); // starts of what is not acknowledged
    long longest = 0;
    long lastEnd = Long.MIN_VALUE;
    int begun = 0;
    for (Operation operation : byEnd) {
      long end = operation.acknowledgedNanos();
      while (begun < byStart.size() && byStart.get(begun).startNanos() <= end) {
        waiting.add(byStart.get(begun++).startNanos());
      }
      longest = Math.max(longest, end - Math.max(lastEnd, waiting.peek()));
      waiting.remove(operation.startNanos());
      lastEnd = end;
    }
    return Duration.ofNanos(longest);
  }
}
