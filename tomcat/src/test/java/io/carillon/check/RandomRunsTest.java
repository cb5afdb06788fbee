package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/**
 * Runs of a server without faults, made up at random, and the same with one fault each in what a
 * reader was given.
 */
class RandomRunsTest {
  private static final String ROOM = "demo/room";
  private static final int RUNS = 200;

  /** What happens to one reader's deliveries, at a random place. */
  private enum Interference {
    NONE,
    DROP,
    REPEAT,
    SWAP,
    ALTER
  }

  /** A delivery to be. */
  private record Delivery(
      long nanos, ReaderLog.Type type, long revision, long offset, String content) {}

  /** The newest form of a stored message. */
  private record Stored(long offset, long revision, String content, boolean deleted) {}

  @Test
  void findsNothingInRunsWithoutFaults() {
    forRandomRuns(Interference.NONE, (seed, report) -> report.isClean());
  }

  @Test
  void findsEveryDroppedDelivery() {
    forRandomRuns(Interference.DROP, (seed, report) -> report.count(Fault.GAP) > 0);
  }

  @Test
  void findsEveryRepeatedDelivery() {
    forRandomRuns(Interference.REPEAT, (seed, report) -> report.count(Fault.REPEATED) > 0);
  }

  @Test
  void findsEveryPairOfDeliveriesInTheWrongOrder() {
    forRandomRuns(Interference.SWAP, (seed, report) -> report.count(Fault.REORDERED) > 0);
  }

  @Test
  void findsEveryAlteredDelivery() {
    forRandomRuns(Interference.ALTER, (seed, report) -> report.count(Fault.PHANTOM) > 0);
  }

  private static void forRandomRuns(
      Interference interference, BiFunction<Long, Report, Boolean> expected) {
    for (long seed = 1; seed <= RUNS; seed++) {
      Report report = new RandomRun(seed, interference).run();
      assertThat(expected.apply(seed, report)).as("seed %d: %s", seed, report).isTrue();
    }
  }

  /** One channel, one author, one reader that is away at times. */
  private static final class RandomRun {
    private static final int CHANGES = 40;

    private final Random random;
    private final Interference interference;
    private long nanos = 1;
    private final Recorder recorder;
    private final List<Stored> stored = new ArrayList<>();
    private final List<Delivery> deliveries = new ArrayList<>();
    private long last;
    private long position;
    private boolean away;

    RandomRun(long seed, Interference interference) {
      this.random = new Random(seed);
      this.interference = interference;
      this.recorder = new Recorder(seed, () -> nanos);
    }

    Report run() {
      deliveries.add(new Delivery(tick(), ReaderLog.Type.STARTED, 0, 0, ""));
      for (int i = 0; i < CHANGES; i++) {
        if (random.nextInt(6) == 0) {
          if (away) {
            comeBack();
          }
          away = !away;
        }
        change();
      }
      if (away) {
        comeBack();
      }
      interfere();
      feed();
      List<Recorder.Row> rows = new ArrayList<>();
      for (Stored message : stored) {
        rows.add(row(message));
      }
      recorder.history(ROOM, "node 1", rows, last);
      return Checker.check(recorder);
    }

    private long tick() {
      return ++nanos;
    }

    private void change() {
      int at = stored.isEmpty() ? 0 : random.nextInt(stored.size());
      Stored old = stored.isEmpty() ? null : stored.get(at);
      tick();
      Operation operation;
      Stored now;
      int kind = random.nextInt(10);
      if (old == null || old.deleted() || kind > 4) {
        last++;
        now = new Stored(last, last, "message " + last, false);
        operation = recorder.send(ROOM, "ann", "c" + last, now.content());
        stored.add(now);
      } else if (kind > 0) {
        last++;
        now = new Stored(old.offset(), last, "edit " + last, false);
        operation = recorder.edit(ROOM, "ann", "m" + old.offset(), now.content());
        stored.set(at, now);
      } else {
        last++;
        now = new Stored(old.offset(), last, "", true);
        operation = recorder.delete(ROOM, "ann", "m" + old.offset());
        stored.set(at, now);
      }
      Operation.Pending attempt = operation.begin("");
      tick();
      // Where nobody got an answer, and nobody was given it, nothing was promised.
      if (interference != Interference.DROP && random.nextInt(5) == 0) {
        attempt.unknown("reset");
      } else {
        attempt.ok(last, "m" + now.offset(), false);
      }
      if (!away) {
        deliver(now, now.offset() == now.revision());
        position = last;
      }
    }

    private void comeBack() {
      deliveries.add(new Delivery(tick(), ReaderLog.Type.RESUMED, position, 0, ""));
      List<Stored> missed = new ArrayList<>(); // by place: made, with what it says now, and changed
      for (Stored message : stored) {
        if (message.offset() > position && !message.deleted()) {
          missed.add(new Stored(message.offset(), message.offset(), message.content(), false));
        }
        if (message.revision() > position
            && (message.revision() > message.offset() || message.deleted())) {
          missed.add(message);
        }
      }
      missed.sort((a, b) -> Long.compare(a.revision(), b.revision()));
      for (Stored message : missed) {
        deliver(message, message.offset() == message.revision());
      }
      position = last;
    }

    private void deliver(Stored message, boolean asNew) {
      ReaderLog.Type type =
          message.deleted()
              ? ReaderLog.Type.DELETED
              : asNew ? ReaderLog.Type.NEW : ReaderLog.Type.UPDATED;
      deliveries.add(
          new Delivery(tick(), type, message.revision(), message.offset(), message.content()));
    }

    /**
     * At a place where it makes a difference: among deliveries, not the last, and not where one
     * change of a message follows another, of which a server may leave out the first.
     */
    private void interfere() {
      int at;
      do {
        at = 1 + random.nextInt(deliveries.size() - 2);
      } while (!isMessage(at)
          || !isMessage(at + 1)
          || deliveries.get(at).offset() == deliveries.get(at + 1).offset());
      Delivery chosen = deliveries.get(at);
      switch (interference) {
        case NONE -> {}
        case DROP -> deliveries.remove(at);
        case REPEAT -> deliveries.add(at, chosen);
        case SWAP -> {
          deliveries.set(at, deliveries.get(at + 1));
          deliveries.set(at + 1, chosen);
        }
        case ALTER ->
            deliveries.set(
                at,
                new Delivery(
                    chosen.nanos(), ReaderLog.Type.NEW, chosen.revision(), chosen.offset(), "?"));
      }
    }

    private boolean isMessage(int at) {
      ReaderLog.Type type = deliveries.get(at).type();
      return type == ReaderLog.Type.NEW
          || type == ReaderLog.Type.UPDATED
          || type == ReaderLog.Type.DELETED;
    }

    private void feed() {
      ReaderLog reader = recorder.reader("reader", "bob");
      for (Delivery delivery : deliveries) {
        nanos = delivery.nanos();
        String id = "m" + delivery.offset();
        long revision = delivery.revision();
        long offset = delivery.offset();
        switch (delivery.type()) {
          case STARTED -> reader.started(ROOM, revision);
          case RESUMED -> reader.resumed(ROOM, revision);
          case NEW -> reader.created(ROOM, revision, offset, id, delivery.content(), "ann");
          case UPDATED -> reader.updated(ROOM, revision, offset, id, delivery.content(), "ann");
          case DELETED -> reader.deleted(ROOM, revision, offset, id);
          default -> throw new IllegalStateException();
        }
      }
    }

    private static Recorder.Row row(Stored message) {
      String id = "m" + message.offset();
      return message.deleted()
          ? new Recorder.Row(message.offset(), message.revision(), id, "", "", 0, true)
          : new Recorder.Row(
              message.offset(),
              message.revision(),
              id,
              "ann",
              "c" + message.offset(),
              Recorder.hash(message.content()),
              false);
    }
  }
}
