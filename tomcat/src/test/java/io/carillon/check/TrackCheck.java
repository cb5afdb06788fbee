package io.carillon.check;

import java.util.HashSet;
import java.util.Set;

/** What one reader was given of one channel, entry by entry. */
final class TrackCheck {
  private final String channel;
  private final String reader;
  private final ChannelTruth truth;
  private final Report report;
  private final Set<String> known = new HashSet<>(); // messages that came as new
  private final Set<Long> given = new HashSet<>();
  private boolean started;
  private boolean left;
  private long start; // nothing up to here is owed
  private long reached;

  TrackCheck(String channel, String reader, ChannelTruth truth, Report report) {
    this.channel = channel;
    this.reader = reader;
    this.truth = truth;
    this.report = report;
  }

  void entry(ReaderLog.Entry entry) {
    switch (entry.type()) {
      case STARTED -> begin(entry.revision());
      case RESET -> {
        report.reset();
        begin(entry.revision());
      }
      case RESUMED -> {
        report.resumed();
        advance(
            entry.revision(), Long.MIN_VALUE); // it comes from where it was, and has all of that
      }
      case COMPLETE -> advance(entry.revision(), entry.nanos());
      case LEFT -> left = true;
      case NEW, UPDATED, DELETED -> delivered(entry);
    }
  }

  private void begin(long position) {
    started = true;
    left = false;
    start = position;
    reached = position;
    known.clear();
  }

  private void delivered(ReaderLog.Entry entry) {
    report.delivered();
    long revision = entry.revision();
    if (!started || left) {
      report.add(Fault.PHANTOM, about(entry) + ", a channel that it does not listen to");
      return;
    }
    if (!given.add(revision)) {
      report.add(Fault.REPEATED, about(entry) + " again");
      return;
    }
    if (revision <= start) {
      report.add(Fault.PHANTOM, about(entry) + ", and listens from " + start);
    } else if (revision <= reached) {
      report.add(Fault.REORDERED, about(entry) + " after " + reached);
    } else {
      advance(revision - 1, entry.nanos());
      reached = revision;
    }
    checkForm(entry);
  }

  /** Whether it came as what it is to this reader: new once, changed only afterwards. */
  private void checkForm(ReaderLog.Entry entry) {
    boolean older = entry.offset() <= start;
    switch (entry.type()) {
      case NEW -> {
        if (older) {
          report.add(Fault.PHANTOM, about(entry) + " as new, and listens from " + start);
        } else if (!known.add(entry.id())) {
          report.add(Fault.REPEATED, about(entry) + " as new, which it had got before");
        }
      }
      case UPDATED -> {
        if (!older && !known.contains(entry.id())) {
          report.add(Fault.GAP, about(entry) + " as changed, and never got it as new");
        }
      }
      default -> {}
    }
  }

  /** Everything up to a number has been given by now, or was replaced. */
  private void advance(long revision, long nanos) {
    for (long number = reached + 1; number <= revision; number++) {
      if (!given.contains(number) && !truth.isReplaced(number, nanos)) {
        report.add(
            Fault.GAP,
            reader
                + " was not given "
                + number
                + " of "
                + channel
                + " before "
                + (revision + 1)
                + ": "
                + truth.at(number));
      }
    }
    reached = Math.max(reached, revision);
  }

  /** The run is over, and everybody had time to get everything. */
  void finish(long last) {
    if (started && !left) {
      advance(last, Long.MAX_VALUE);
    }
  }

  private String about(ReaderLog.Entry entry) {
    return reader
        + " got "
        + entry.type()
        + " "
        + entry.revision()
        + " (message "
        + entry.offset()
        + ") of "
        + channel;
  }
}
