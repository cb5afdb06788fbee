package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A checker that cannot fail is worth nothing: every fault is made here once, and must be found.
 */
class CheckerTest {
  private static final String ROOM = "demo/room";

  private long nanos = 1;
  private final Recorder recorder = new Recorder(42, () -> nanos++);
  private final List<Recorder.Row> stored = new ArrayList<>();

  // ---- a run without a fault

  @Test
  void findsNothingWhereNothingIsWrong() {
    ReaderLog reader = reader("live");
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");
    send(2, "b");
    reader.created(ROOM, 2, 2, "m2", "b", "ann");
    edit(3, 1, "a!");
    reader.updated(ROOM, 3, 1, "m1", "a!", "ann");
    delete(4, 2);
    reader.deleted(ROOM, 4, 2, "m2");

    Report report = check(4);

    assertThat(report.findings()).isEmpty();
    assertThat(report.isClean()).isTrue();
    assertThat(report.line())
        .startsWith("acked=4 unknown=0 duplicates=0 delivered=4 lost=0")
        .contains("phantom=0 gaps=0 reordered=0")
        .endsWith("seed=42");
  }

  @Test
  void allowsThatAReaderStartsLaterAndLeavesEarlier() {
    ReaderLog late = recorder.reader("late", "bob");
    ReaderLog early = reader("early");
    send(1, "a");
    early.created(ROOM, 1, 1, "m1", "a", "ann");
    early.left(ROOM);
    late.started(ROOM, 1);
    send(2, "b");
    late.created(ROOM, 2, 2, "m2", "b", "ann");
    edit(3, 1, "a!");
    late.updated(ROOM, 3, 1, "m1", "a!", "ann"); // older than its start, so it is no news

    assertThat(check(3).findings()).isEmpty();
  }

  @Test
  void allowsThatCatchingUpLeavesOutWhatWasReplacedBefore() {
    ReaderLog reader = reader("away");
    send(1, "a");
    edit(2, 1, "a!");
    edit(3, 1, "a!!");
    send(4, "b");
    delete(5, 4);
    reader.resumed(ROOM, 0);
    reader.created(ROOM, 1, 1, "m1", "a!!", "ann"); // in its place, with what it says now
    reader.updated(ROOM, 3, 1, "m1", "a!!", "ann");
    reader.deleted(ROOM, 5, 4, "m4");

    Report report = check(5);

    assertThat(report.findings()).isEmpty();
    assertThat(report.resumes()).isEqualTo(1);
  }

  @Test
  void allowsEveryOutcomeOfWhatGotNoAnswer() {
    ReaderLog reader = reader("live");
    recorder.send(ROOM, "ann", "never stored", "x").begin("").unknown("reset");
    recorder.send(ROOM, "ann", "c1", "a").begin("").unknown("reset");
    stored.add(row(1, "a"));
    reader.created(ROOM, 1, 1, "m1", "a", "ann");
    recorder.edit(ROOM, "ann", "m1", "nobody saw this").begin("").unknown("reset");
    edit(3, 1, "a!");
    reader.resumed(ROOM, 1);
    reader.updated(ROOM, 3, 1, "m1", "a!", "ann");

    assertThat(check(3).findings()).isEmpty();
  }

  @Test
  void allowsRepeatedSendsThatAreAnsweredWithTheFirstPlace() {
    Operation operation = recorder.send(ROOM, "ann", "c1", "a");
    Operation.Pending first = operation.begin("websocket");
    operation.begin("rest").ok(1, "m1", true); // overtook the first, which stored it
    first.ok(1, "m1", false);
    operation.begin("rest").ok(1, "m1", true);
    stored.add(row(1, "a"));

    Report report = check(1);

    assertThat(report.findings()).isEmpty();
    assertThat(report.duplicates()).isEqualTo(2);
  }

  @Test
  void countsHonestResets() {
    ReaderLog reader = reader("reset");
    send(1, "a");
    reader.reset(ROOM, 1, "pruned");
    send(2, "b");
    reader.created(ROOM, 2, 2, "m2", "b", "ann");

    Report report = check(2);

    assertThat(report.findings()).isEmpty();
    assertThat(report.resets()).isEqualTo(1);
  }

  // ---- lost

  @Test
  void findsAnAcknowledgedMessageThatIsNotStored() {
    send(1, "a");
    send(2, "b");
    stored.remove(0);

    finds(Fault.LOST, check(2));
  }

  @Test
  void findsAnAcknowledgedEditThatIsNotStored() {
    send(1, "a");
    edit(2, 1, "a!");
    stored.set(0, row(1, "a"));

    finds(Fault.LOST, check(2));
  }

  @Test
  void findsAnAcknowledgedRemovalThatIsNotStored() {
    send(1, "a");
    delete(2, 1);
    stored.set(0, row(1, "a"));

    finds(Fault.LOST, check(2));
  }

  @Test
  void findsAMessageThatIsStoredWithAnotherContent() {
    send(1, "a");
    send(2, "b");
    stored.set(0, row(1, "b"));

    finds(Fault.LOST, check(2));
  }

  @Test
  void findsAMessageThatIsStoredInAnotherPlace() {
    Operation operation = recorder.send(ROOM, "ann", "c1", "a");
    operation.begin("").ok(1, "m1", false);
    stored.add(new Recorder.Row(2, 2, "m1", "ann", "c1", Recorder.hash("a"), false));

    finds(Fault.LOST, check(2));
  }

  @Test
  void findsADeliveryBeyondTheEndOfTheLog() {
    ReaderLog reader = reader("live");
    recorder.send(ROOM, "ann", "c1", "a").begin("").unknown("reset");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");

    finds(Fault.LOST, check(0));
  }

  @Test
  void findsWhatOneNodeOfTwoLacks() {
    send(1, "a");
    recorder.history(ROOM, "node 1", stored, 1);
    recorder.history(ROOM, "node 2", List.of(), 1);

    finds(Fault.LOST, Checker.check(recorder));
  }

  // ---- phantoms

  @Test
  void findsAStoredMessageThatNobodySent() {
    stored.add(row(1, "a"));

    finds(Fault.PHANTOM, check(1));
  }

  @Test
  void findsADeliveryThatNobodySent() {
    ReaderLog reader = reader("live");
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "changed on the way", "ann");

    finds(Fault.PHANTOM, check(1));
  }

  @Test
  void findsARefusedMessageThatIsStored() {
    recorder.send(ROOM, "ann", "c1", "a").begin("").refused("FORBIDDEN");
    stored.add(row(1, "a"));

    finds(Fault.PHANTOM, check(1));
  }

  @Test
  void findsADeliveryFromAnotherChannel() {
    ReaderLog reader = reader("live");
    Operation secret = recorder.send("other/room", "eve", "c1", "secret");
    secret.begin("").ok(1, "m1", false);
    reader.created(ROOM, 1, 1, "m1", "secret", "eve");

    finds(Fault.PHANTOM, check(0));
  }

  @Test
  void findsADeliveryOfAChannelThatWasNotJoined() {
    ReaderLog reader = recorder.reader("elsewhere", "bob");
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");

    finds(Fault.PHANTOM, check(1));
  }

  @Test
  void findsADeliveryAfterLeaving() {
    ReaderLog reader = reader("gone");
    reader.left(ROOM);
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");

    finds(Fault.PHANTOM, check(1));
  }

  @Test
  void findsAMessageInSomebodyElsesName() {
    ReaderLog reader = reader("live");
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a", "mallory");
    stored.set(0, new Recorder.Row(1, 1, "m1", "mallory", "c1", Recorder.hash("a"), false));

    finds(Fault.PHANTOM, check(1));
  }

  @Test
  void findsARemovalThatNobodyAskedFor() {
    ReaderLog reader = reader("live");
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");
    reader.deleted(ROOM, 2, 1, "m1");

    finds(Fault.PHANTOM, check(2));
  }

  @Test
  void findsAnEditOnAnotherMessage() {
    send(1, "a");
    send(2, "b");
    recorder.edit(ROOM, "ann", "m1", "a!").begin("").unknown("reset");
    stored.set(1, new Recorder.Row(2, 3, "m2", "ann", "c2", Recorder.hash("a!"), false));

    finds(Fault.PHANTOM, check(3));
  }

  @Test
  void findsWhatIsOlderThanTheReadersStart() {
    ReaderLog reader = recorder.reader("late", "bob");
    send(1, "a");
    reader.started(ROOM, 1);
    reader.created(ROOM, 1, 1, "m1", "a", "ann");

    finds(Fault.PHANTOM, check(1));
  }

  @Test
  void findsAnOldMessageThatComesAsNew() {
    ReaderLog reader = recorder.reader("late", "bob");
    send(1, "a");
    reader.started(ROOM, 1);
    edit(2, 1, "a!");
    reader.created(ROOM, 2, 1, "m1", "a!", "ann");

    finds(Fault.PHANTOM, check(2));
  }

  // ---- repeats

  @Test
  void findsAMessageThatIsStoredTwice() {
    send(1, "a");
    stored.add(new Recorder.Row(2, 2, "m2", "ann", "c1", Recorder.hash("a"), false));

    finds(Fault.REPEATED, check(2));
  }

  @Test
  void findsARepeatThatIsAcknowledgedAsNew() {
    Operation operation = send(1, "a");
    operation.begin("rest").ok(1, "m1", false);

    finds(Fault.REPEATED, check(1));
  }

  @Test
  void findsARepeatThatIsAcknowledgedInAnotherPlace() {
    Operation operation = send(1, "a");
    edit(2, 1, "a!");
    operation.begin("rest").ok(2, "m1", true); // the place of the edit, not of the message

    finds(Fault.REPEATED, check(2));
  }

  @Test
  void findsADeliveryThatComesTwice() {
    ReaderLog reader = reader("live");
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");
    reader.resumed(ROOM, 1);
    reader.created(ROOM, 1, 1, "m1", "a", "ann");

    finds(Fault.REPEATED, check(1));
  }

  @Test
  void findsAMessageThatIsNewTwice() {
    ReaderLog reader = reader("live");
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");
    edit(2, 1, "a!");
    reader.created(ROOM, 2, 1, "m1", "a!", "ann");

    finds(Fault.REPEATED, check(2));
  }

  // ---- gaps

  @Test
  void findsANumberThatNothingHas() {
    send(1, "a");
    send(3, "b");

    finds(Fault.GAP, check(3));
  }

  @Test
  void findsWhatALiveReaderWasNotGiven() {
    ReaderLog reader = reader("live");
    send(1, "a");
    send(2, "b");
    reader.created(ROOM, 2, 2, "m2", "b", "ann");

    finds(Fault.GAP, check(2));
  }

  @Test
  void findsWhatAReaderWasNotGivenAtTheEnd() {
    ReaderLog reader = reader("live");
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");
    send(2, "b");

    finds(Fault.GAP, check(2));
  }

  @Test
  void findsThatAResumeWasNotTheTruth() {
    ReaderLog reader = reader("away");
    send(1, "a");
    send(2, "b");
    reader.resumed(ROOM, 0);
    reader.created(ROOM, 2, 2, "m2", "b", "ann");

    finds(Fault.GAP, check(2));
  }

  @Test
  void findsAPositionThatPromisesTooMuch() {
    ReaderLog reader = reader("poll");
    send(1, "a");
    reader.complete(ROOM, 1);

    finds(Fault.GAP, check(1));
  }

  @Test
  void findsAMessageThatIsLeftOutSinceItChangedLater() {
    ReaderLog reader = reader("away");
    send(1, "a");
    send(2, "b");
    edit(3, 1, "a!");
    reader.resumed(ROOM, 0);
    reader.created(ROOM, 2, 2, "m2", "b", "ann"); // cut off here, it would never get the first one
    reader.created(ROOM, 3, 1, "m1", "a!", "ann");

    finds(Fault.GAP, check(3));
  }

  @Test
  void findsALeftOutChangeThatWasReplacedOnlyLater() {
    ReaderLog reader = reader("live");
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");
    edit(2, 1, "a!");
    send(3, "b");
    reader.created(ROOM, 3, 3, "m3", "b", "ann"); // without number 2, which still stood
    edit(4, 1, "a!!");
    reader.updated(ROOM, 4, 1, "m1", "a!!", "ann");

    finds(Fault.GAP, check(4));
  }

  @Test
  void findsAChangeOfAMessageThatNeverCameAsNew() {
    ReaderLog reader = reader("away");
    send(1, "a");
    edit(2, 1, "a!");
    reader.resumed(ROOM, 0);
    reader.updated(ROOM, 2, 1, "m1", "a!", "ann");

    finds(Fault.GAP, check(2));
  }

  // ---- order

  @Test
  void findsAMessageWithAnEditThatNobodyHadMadeYet() {
    ReaderLog reader = reader("early");
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a!", "ann");
    edit(2, 1, "a!");
    reader.updated(ROOM, 2, 1, "m1", "a!", "ann");

    finds(Fault.REORDERED, check(2));
  }

  @Test
  void findsDeliveriesInTheWrongOrder() {
    ReaderLog reader = reader("live");
    send(1, "a");
    send(2, "b");
    reader.created(ROOM, 2, 2, "m2", "b", "ann");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");

    finds(Fault.REORDERED, check(2));
  }

  @Test
  void findsThatTwoReadersWereGivenDifferentThings() {
    ReaderLog one = reader("one");
    ReaderLog other = reader("other");
    send(1, "a");
    send(2, "b");
    one.created(ROOM, 1, 1, "m1", "a", "ann");
    one.created(ROOM, 2, 2, "m2", "b", "ann");
    other.created(ROOM, 1, 1, "m2", "b", "ann");
    other.created(ROOM, 2, 2, "m1", "a", "ann");

    finds(Fault.REORDERED, check(2));
  }

  @Test
  void findsNumbersAgainstTheOrderOfAcknowledgements() {
    send(2, "a"); // acknowledged before the other was begun
    send(1, "b");
    stored.add(stored.remove(0));

    finds(Fault.REORDERED, check(2));
  }

  @Test
  void allowsEveryOrderOfWhatOverlapped() {
    Operation a = recorder.send(ROOM, "ann", "c2", "a");
    Operation b = recorder.send(ROOM, "ann", "c1", "b");
    Operation.Pending first = a.begin("");
    Operation.Pending second = b.begin("");
    first.ok(2, "m2", false);
    second.ok(1, "m1", false);
    stored.add(row(1, "b"));
    stored.add(row(2, "a"));

    assertThat(check(2).findings()).isEmpty();
  }

  // ---- own writes, rights, time

  @Test
  void findsThatASenderDidNotFindItsMessage() {
    recorder.ownRead(send(1, "a"), false);

    finds(Fault.STALE, check(1));
  }

  @Test
  void findsWhatReachesARemovedMember() {
    ReaderLog reader = reader("removed");
    recorder.removed(ROOM, "bob");
    pass(Duration.ofMillis(1_001));
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");

    finds(Fault.RIGHTS, check(1));
  }

  @Test
  void allowsASecondForARemoval() {
    ReaderLog reader = reader("removed");
    recorder.removed(ROOM, "bob");
    pass(Duration.ofMillis(900));
    send(1, "a");
    reader.created(ROOM, 1, 1, "m1", "a", "ann");

    assertThat(check(1).findings()).isEmpty();
  }

  @Test
  void findsThatARemovedMembersMessageIsAccepted() {
    recorder.removed(ROOM, "ann");
    send(1, "a");

    finds(Fault.RIGHTS, check(1));
  }

  @Test
  void allowsWhatAMemberSendsWhoIsBack() {
    recorder.removed(ROOM, "ann");
    recorder.admitted(ROOM, "ann");
    send(1, "a");

    assertThat(check(1).findings()).isEmpty();
  }

  @Test
  void measuresHowLongNobodyGotAnAnswer() {
    send(1, "a");
    pass(Duration.ofSeconds(60)); // nobody asks for anything
    Operation operation = recorder.send(ROOM, "ann", "c2", "b");
    operation.begin("").unknown("reset");
    pass(Duration.ofSeconds(3));
    operation.begin("").ok(2, "m2", false);
    stored.add(row(2, "b"));

    Report report = check(2);

    assertThat(report.findings()).isEmpty();
    assertThat(report.unavailable()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(4));
  }

  // ---- how it is said

  private ReaderLog reader(String name) {
    ReaderLog reader = recorder.reader(name, "bob");
    reader.started(ROOM, 0);
    return reader;
  }

  private Operation send(long revision, String content) {
    Operation operation = recorder.send(ROOM, "ann", "c" + revision, content);
    operation.begin("").ok(revision, "m" + revision, false);
    stored.add(row(revision, content));
    return operation;
  }

  private void edit(long revision, long offset, String content) {
    recorder.edit(ROOM, "ann", "m" + offset, content).begin("").ok(revision, "m" + offset, false);
    replace(
        offset,
        new Recorder.Row(
            offset, revision, "m" + offset, "ann", "c" + offset, Recorder.hash(content), false));
  }

  private void delete(long revision, long offset) {
    recorder.delete(ROOM, "ann", "m" + offset).begin("").ok(revision, "m" + offset, false);
    replace(offset, new Recorder.Row(offset, revision, "m" + offset, "", "", 0, true));
  }

  private void replace(long offset, Recorder.Row by) {
    stored.replaceAll(row -> row.offset() == offset ? by : row);
  }

  private static Recorder.Row row(long revision, String content) {
    return new Recorder.Row(
        revision, revision, "m" + revision, "ann", "c" + revision, Recorder.hash(content), false);
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  private Report check(long last) {
    recorder.history(ROOM, "node 1", stored, last);
    return Checker.check(recorder);
  }

  private static void finds(Fault fault, Report report) {
    assertThat(report.count(fault)).as(report.toString()).isPositive();
    assertThat(report.isClean()).isFalse();
  }
}
