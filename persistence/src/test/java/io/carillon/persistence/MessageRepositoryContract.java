package io.carillon.persistence;

import static io.carillon.persistence.Fixture.delete;
import static io.carillon.persistence.Fixture.edit;
import static io.carillon.persistence.Fixture.send;
import static io.carillon.persistence.Fixture.uuid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ConflictRule;
import io.carillon.domain.channel.PublishPolicy;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.LogCommand;
import io.carillon.domain.message.LogOutcome;
import io.carillon.domain.message.LogPage;
import io.carillon.domain.message.Message;
import io.carillon.domain.message.MessageRepository.LogEnd;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.StaleVersionException;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store of logs does, whatever the database. */
@Timeout(60)
abstract class MessageRepositoryContract {
  private static final int ALL = 1_000;
  private static final int ANY_SIZE = Integer.MAX_VALUE;

  private TestDatabase database;
  private Fixture f;
  private Identity alice;
  private Identity bob;

  @BeforeEach
  void open(TestDatabase shared) throws SQLException {
    database = shared;
    // What other tests left must not be counted as pruned here.
    database.execute("update channel set history_millis = -1 where history_millis >= 0");
    f = new Fixture(shared);
    alice = f.user("alice");
    bob = f.user("bob");
  }

  // ---- append

  @Test
  void numbersMessagesInTheOrderOfTheBatch() {
    Channel general = f.chat("general");
    Channel random = f.chat("random");
    List<LogOutcome> outcomes =
        f.log.append(
            List.of(
                send(general, alice, "1"),
                send(random, bob, "1"),
                send(general, bob, "2"),
                send(random, alice, "2"),
                send(general, alice, "3")));
    assertThat(outcomes)
        .extracting(o -> publication(o).offset())
        .containsExactly(1L, 1L, 2L, 2L, 3L);
    assertThat(contents(general)).containsExactly("\"1\"", "\"2\"", "\"3\"");
    assertThat(contents(random)).containsExactly("\"1\"", "\"2\"");
    assertThat(f.now(general).lastOffset()).isEqualTo(3);
  }

  @Test
  void publishesWhatItStored() {
    Channel general = f.chat("general");
    LogCommand.Send send = send(general, alice, "hello", "c-1");
    Publication live = f.stored(send);
    assertThat(live)
        .isEqualTo(
            new Publication(
                general.key(),
                ChannelKind.CHAT,
                general.epoch(),
                1,
                1,
                Publication.Change.CREATED,
                send.id(),
                Publication.CHAT,
                "\"hello\"",
                "alice",
                "Alice",
                "https://img.example/alice",
                "c-1",
                f.clock.millis(),
                0,
                1,
                InboxState.NEW));
    f.users.provision(alice); // from here on the account has the same name
    assertThat(f.log.find(general.key(), send.id())).contains(live);
    assertThat(page(general, 0).publications()).containsExactly(live);
    assertThat(history(general)).containsExactly(live);
  }

  @Test
  void namesAnAuthorWithoutAccountById() {
    Channel general = f.chat("general");
    f.stored(send(general, alice, "hello"));
    assertThat(history(general).get(0).authorName()).isEqualTo("alice");
    assertThat(history(general).get(0).authorAvatarUrl()).isEmpty();
  }

  @Test
  void doesNotTakeAnAuthorsNameFromAnotherOrganization() {
    Channel general = f.chat("general");
    f.stored(send(general, alice, "hello"));
    Fixture other = new Fixture(database);
    other.users.add(
        new User(
            other.organization,
            alice.userId(),
            "Somebody else",
            "",
            OrganizationRole.MEMBER,
            other.clock.millis()));
    assertThat(history(general).get(0).authorName()).isEqualTo("alice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\ud83d\udd14\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
        "e\u0301\u0327\u0489\u0489\u0489",
        "\u202e\u2066\u0000escaped",
        "'; drop table message; -- %_\\\\ $1 ?",
        "\ufeff\u200b\ufffe\uffff"
      })
  void keepsTextExactly(String text) {
    Channel general = f.chat("general");
    String json = '"' + text.replace("\u0000", "\\u0000") + '"';
    LogCommand.Send send =
        new LogCommand.Send(
            general.key(), alice, uuid(), "\u00e9v\u00e9nement \ud83d\udd14", json, "\ud83d\udd14");
    f.stored(send);
    Publication read = history(general).get(0);
    assertThat(read.payload()).isEqualTo(json);
    assertThat(read.name()).isEqualTo("\u00e9v\u00e9nement \ud83d\udd14");
    assertThat(f.append(send)).isInstanceOf(LogOutcome.Repeated.class);
  }

  @Test
  void keepsNamesAndTextsOfFullLength() {
    Channel general = f.chat("\ud83d\udd14".repeat(100));
    Identity longest = f.user("\u00fc".repeat(UserId.MAX_LENGTH));
    String payload = '"' + "\u20ac".repeat(Message.MAX_PAYLOAD - 2) + '"';
    LogCommand.Send send =
        new LogCommand.Send(
            general.key(),
            longest,
            uuid(),
            "n".repeat(Message.MAX_NAME),
            payload,
            "c".repeat(Message.MAX_CLIENT_ID));
    f.stored(send);
    assertThat(history(general).get(0).payload()).isEqualTo(payload);
  }

  @Test
  void answersAnEmptyBatch() {
    assertThat(f.log.append(List.of())).isEmpty();
  }

  @Test
  void keepsOffsetsExactUpToTheLastAndRefusesBeyond() throws SQLException {
    Channel general = f.chat("general");
    database.execute(
        "update channel set last_offset = "
            + (Channel.MAX_OFFSET - 2)
            + " where id = "
            + general.id());
    List<LogOutcome> outcomes =
        f.log.append(
            List.of(
                send(general, alice, "a"), send(general, alice, "b"), send(general, alice, "c")));
    assertThat(publication(outcomes.get(0)).offset()).isEqualTo(9_007_199_254_740_990L);
    assertThat(publication(outcomes.get(1)).offset()).isEqualTo(9_007_199_254_740_991L);
    assertRefused(outcomes.get(2), ErrorCode.CONFLICT);
    assertThat(history(general))
        .extracting(Publication::offset)
        .containsExactly(9_007_199_254_740_990L, 9_007_199_254_740_991L);
    assertThat(page(general, 9_007_199_254_740_990L).completeTo()).isEqualTo(Channel.MAX_OFFSET);
  }

  // ---- idempotency

  @Test
  void answersARepeatWithTheFirstOne() {
    Channel general = f.chat("general");
    Publication first = f.stored(send(general, alice, "once", "c-1"));
    LogOutcome repeat = f.append(send(general, alice, "once", "c-1"));
    assertThat(repeat).isInstanceOf(LogOutcome.Repeated.class);
    assertThat(publication(repeat).id()).isEqualTo(first.id());
    assertThat(publication(repeat).offset()).isEqualTo(1);
    assertThat(f.now(general).lastOffset()).isEqualTo(1);
  }

  @Test
  void findsRepeatsInsideOneBatch() {
    Channel general = f.chat("general");
    List<LogOutcome> outcomes =
        f.log.append(
            List.of(
                send(general, alice, "a", "c-1"),
                send(general, alice, "a", "c-1"),
                send(general, alice, "b", "c-2"),
                send(general, bob, "mine", "c-1"),
                send(general, alice, "a", "c-1")));
    assertThat(outcomes.get(1)).isInstanceOf(LogOutcome.Repeated.class);
    assertThat(outcomes.get(4)).isInstanceOf(LogOutcome.Repeated.class);
    assertThat(outcomes)
        .extracting(o -> publication(o).offset())
        .containsExactly(1L, 1L, 2L, 3L, 1L);
    assertThat(publication(outcomes.get(4)).id()).isEqualTo(publication(outcomes.get(0)).id());
    assertThat(contents(general)).containsExactly("\"a\"", "\"b\"", "\"mine\"");
  }

  @Test
  void storesTheRestOfABatchWithRepeats() {
    Channel general = f.chat("general");
    List<LogCommand> first = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      first.add(send(general, alice, "old " + i, "c-" + i));
    }
    f.log.append(first);
    List<LogCommand> batch = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      batch.add(send(general, alice, "text " + i, "c-" + i));
    }
    List<LogOutcome> outcomes = f.log.append(batch);
    assertThat(outcomes).filteredOn(LogOutcome.Repeated.class::isInstance).hasSize(10);
    assertThat(outcomes).filteredOn(LogOutcome.Stored.class::isInstance).hasSize(40);
    assertThat(history(general)).extracting(Publication::offset).isEqualTo(oneTo(50));
  }

  @Test
  void takesAClientIdForEachChannelAndAuthor() {
    Channel general = f.chat("general");
    Channel random = f.chat("random");
    f.stored(send(general, alice, "a", "c-1"));
    f.stored(send(general, bob, "b", "c-1"));
    f.stored(send(random, alice, "c", "c-1"));
    f.stored(send(general, alice, "no key"));
    f.stored(send(general, alice, "no key"));
    assertThat(contents(general)).hasSize(4);
  }

  @Test
  void answersARepeatThoughPublishingHasEndedMeanwhile() {
    Channel general = f.chat("general");
    f.memberships.add(general, alice.userId(), Role.WRITER);
    f.stored(send(general, alice, "a", "c-1"));
    f.memberships.mute(general, alice.userId(), f.clock.millis() + 1_000);
    assertThat(f.append(send(general, alice, "a", "c-1"))).isInstanceOf(LogOutcome.Repeated.class);
    assertRefused(f.append(send(general, alice, "b", "c-2")), ErrorCode.FORBIDDEN);
    archive(general);
    assertThat(f.append(send(general, alice, "a", "c-1"))).isInstanceOf(LogOutcome.Repeated.class);
  }

  @Test
  void answersARepeatOfAnEditedAndOfADeletedMessageAsItIsNow() {
    Channel general = f.chat("general");
    Publication first = f.stored(send(general, alice, "a", "c-1"));
    f.stored(edit(general, alice, first.id(), "b"));
    Publication repeat = publication(f.append(send(general, alice, "a", "c-1")));
    assertThat(repeat.offset()).isEqualTo(1);
    assertThat(repeat.payload()).isEqualTo("\"b\"");
    f.stored(delete(general, alice, first.id()));
    assertThat(publication(f.append(send(general, alice, "a", "c-1"))).change())
        .isEqualTo(Publication.Change.DELETED);
  }

  // ---- concurrency

  @Test
  void leavesNoHoleWithManyWriters() throws Exception {
    Channel general = f.chat("general");
    Channel random = f.chat("random");
    int writers = 8;
    int batches = 25;
    List<Callable<List<Publication>>> tasks = new ArrayList<>();
    for (int w = 0; w < writers; w++) {
      Identity author = f.user("writer-" + w);
      boolean turned = w % 2 == 0; // opposite orders in the batch must not block each other
      tasks.add(
          () -> {
            List<Publication> stored = new ArrayList<>();
            for (int b = 0; b < batches; b++) {
              List<LogCommand> batch =
                  new ArrayList<>(
                      List.of(
                          send(general, author, "g" + b),
                          send(random, author, "r" + b),
                          send(general, author, "G" + b)));
              if (turned) {
                Collections.reverse(batch);
              }
              f.log.append(batch).forEach(outcome -> stored.add(publication(outcome)));
            }
            return stored;
          });
    }
    Set<String> places = new HashSet<>();
    for (List<Publication> stored : Race.atOnce(tasks)) {
      for (Publication publication : stored) {
        assertThat(places.add(publication.channel() + "@" + publication.offset())).isTrue();
      }
    }
    assertThat(offsets(general)).isEqualTo(oneTo(writers * batches * 2));
    assertThat(offsets(random)).isEqualTo(oneTo(writers * batches));
    assertThat(f.now(general).lastOffset()).isEqualTo((long) writers * batches * 2);
  }

  @Test
  void showsReadersNoLaterChangeBeforeAnEarlierOne() throws Exception {
    Channel general = f.chat("general");
    int messages = 150;
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int w = 0; w < 3; w++) {
      Identity author = f.user("writer-" + w);
      tasks.add(
          () -> {
            for (int i = 0; i < messages; i++) {
              f.stored(send(general, author, "m" + i));
            }
            return null;
          });
    }
    tasks.add(
        () -> {
          long seen = 0;
          while (seen < 3L * messages) {
            LogPage page = page(general, seen);
            for (Publication publication : page.publications()) {
              assertThat(publication.revision()).isEqualTo(++seen);
            }
            assertThat(page.completeTo()).isEqualTo(seen);
          }
          return null;
        });
    Race.atOnce(tasks);
  }

  @Test
  void storesOneOfTwoSendsWithTheSameClientIdAtOnce() throws Exception {
    Channel general = f.chat("general");
    for (int trial = 0; trial < 30; trial++) {
      String clientId = "c-" + trial;
      Callable<LogOutcome> attempt = () -> f.append(send(general, alice, "once", clientId));
      List<LogOutcome> outcomes = Race.atOnce(List.of(attempt, attempt, attempt));
      assertThat(outcomes).filteredOn(LogOutcome.Stored.class::isInstance).hasSize(1);
      assertThat(outcomes).filteredOn(LogOutcome.Repeated.class::isInstance).hasSize(2);
      assertThat(outcomes).extracting(o -> publication(o).offset()).containsOnly(trial + 1L);
    }
    assertThat(offsets(general)).isEqualTo(oneTo(30));
  }

  @Test
  void storesNothingAfterARemovalWasAnswered() throws Exception {
    Channel board = f.channel("board", ChannelKind.CHAT, Visibility.PRIVATE, ChannelPolicy.DEFAULT);
    for (int trial = 0; trial < 20; trial++) {
      f.memberships.add(board, alice.userId(), Role.WRITER);
      CyclicBarrier removed = new CyclicBarrier(2);
      Race.atOnce(
          List.of(
              () -> {
                f.memberships.remove(board, alice.userId());
                removed.await();
                return null;
              },
              () -> {
                f.append(send(board, alice, "racing"));
                removed.await();
                long end = f.now(board).lastOffset();
                assertRefused(f.append(send(board, alice, "late")), ErrorCode.FORBIDDEN);
                assertThat(f.now(board).lastOffset()).isEqualTo(end);
                return null;
              }));
    }
  }

  @Test
  void answersARemovalAfterTheAppendThatHasPassedTheCheck() throws Exception {
    Channel board = f.channel("board", ChannelKind.CHAT, Visibility.PRIVATE, ChannelPolicy.DEFAULT);
    f.memberships.add(board, alice.userId(), Role.WRITER);
    CountDownLatch checked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    Race.atOnce(
        List.of(
            () ->
                f.transactions.run(
                    () -> {
                      f.stored(send(board, alice, "allowed"));
                      checked.countDown();
                      // The removal must not be through before this commits; give it the time.
                      return answered.await(300, TimeUnit.MILLISECONDS);
                    }),
            () -> {
              assertThat(checked.await(10, TimeUnit.SECONDS)).isTrue();
              f.memberships.remove(board, alice.userId());
              long end = f.now(board).lastOffset();
              answered.countDown();
              assertThat(end).isEqualTo(1);
              return true;
            }));
  }

  // ---- edits and deletes

  @Test
  void givesEachChangeTheNextOffsetAsRevision() {
    Channel general = f.chat("general");
    Publication first = f.stored(send(general, alice, "one"));
    f.stored(send(general, bob, "two"));
    f.clock.advance(Duration.ofSeconds(1));
    Publication edited = f.stored(edit(general, alice, first.id(), "ONE"));
    assertThat(edited.change()).isEqualTo(Publication.Change.UPDATED);
    assertThat(edited.offset()).isEqualTo(1);
    assertThat(edited.revision()).isEqualTo(3);
    assertThat(edited.version()).isEqualTo(2);
    assertThat(edited.createdAtMillis()).isEqualTo(first.createdAtMillis());
    assertThat(edited.editedAtMillis()).isEqualTo(f.clock.millis());
    Publication deleted = f.stored(delete(general, alice, first.id()));
    assertThat(deleted.change()).isEqualTo(Publication.Change.DELETED);
    assertThat(deleted.payload()).isEqualTo("null");
    assertThat(deleted.revision()).isEqualTo(4);
    assertThat(f.log.find(general.key(), first.id()).orElseThrow().payload()).isEqualTo("null");
  }

  @Test
  void changesAMessageOfTheSameBatch() {
    Channel general = f.chat("general");
    LogCommand.Send one = send(general, alice, "one");
    LogCommand.Send two = send(general, alice, "two");
    List<LogOutcome> outcomes =
        f.log.append(
            List.of(
                one,
                edit(general, alice, one.id(), "ONE"),
                two,
                delete(general, alice, two.id()),
                edit(general, alice, two.id(), "again")));
    assertThat(publication(outcomes.get(0)).payload()).isEqualTo("\"one\"");
    assertThat(publication(outcomes.get(1)).payload()).isEqualTo("\"ONE\"");
    assertRefused(outcomes.get(4), ErrorCode.NOT_FOUND);
    assertThat(page(general, 0).publications())
        .extracting(Publication::revision)
        .containsExactly(1L, 2L, 4L);
    assertThat(history(general))
        .extracting(Publication::change)
        .containsExactly(Publication.Change.UPDATED, Publication.Change.DELETED);
  }

  @Test
  void appliesChangesOfOneBatchOneAfterTheOther() {
    Channel todos = list("todos", ConflictRule.VERSIONED);
    Publication item = f.stored(send(todos, alice, "a"));
    List<LogCommand> batch = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      batch.add(
          new LogCommand.Edit(
              todos.key(),
              bob,
              item.id(),
              before -> before.replace("\"", "").concat("+").transform(s -> '"' + s + '"'),
              OptionalInt.empty(),
              256));
    }
    f.log.append(batch);
    Publication now = f.log.find(todos.key(), item.id()).orElseThrow();
    assertThat(now.payload()).isEqualTo("\"a+++++\"");
    assertThat(now.version()).isEqualTo(6);
    assertThat(now.revision()).isEqualTo(6);
  }

  @Test
  void takesNoOffsetForAChangeThatChangesNothing() {
    Channel general = f.chat("general");
    Publication first = f.stored(send(general, alice, "one"));
    assertThat(f.append(edit(general, alice, first.id(), "one")))
        .isInstanceOf(LogOutcome.Repeated.class);
    f.stored(delete(general, alice, first.id()));
    assertThat(f.append(delete(general, alice, first.id())))
        .isInstanceOf(LogOutcome.Repeated.class);
    assertThat(f.now(general).lastOffset()).isEqualTo(2);
  }

  @Test
  void letsAuthorsAndModeratorsChangeMessages() {
    Channel general = f.chat("general");
    Identity moderator = f.user("moderator");
    f.memberships.add(general, moderator.userId(), Role.MODERATOR);
    Publication first = f.stored(send(general, alice, "one"));
    assertRefused(f.append(edit(general, bob, first.id(), "bob's")), ErrorCode.FORBIDDEN);
    assertRefused(f.append(delete(general, bob, first.id())), ErrorCode.FORBIDDEN);
    Publication edited = f.stored(edit(general, moderator, first.id(), "mended"));
    assertThat(edited.authorId()).isEqualTo("alice");
    f.stored(delete(general, moderator, first.id()));
  }

  @Test
  void letsEveryPublisherChangeAnItemOfAList() {
    Channel todos = list("todos", ConflictRule.VERSIONED);
    Publication item = f.stored(send(todos, alice, "milk"));
    f.stored(edit(todos, bob, item.id(), "oat milk"));
    f.stored(delete(todos, bob, item.id()));
  }

  @Test
  void refusesAStaleVersionWithTheItemAsItIs() {
    Channel todos = list("todos", ConflictRule.VERSIONED);
    Publication item = f.stored(send(todos, alice, "milk"));
    f.stored(edit(todos, bob, item.id(), "oat milk", 1));
    LogOutcome stale = f.append(edit(todos, alice, item.id(), "soy milk", 1));
    assertRefused(stale, ErrorCode.CONFLICT);
    StaleVersionException reason = (StaleVersionException) ((LogOutcome.Refused) stale).reason();
    assertThat(reason.current().payload()).isEqualTo("\"oat milk\"");
    assertThat(reason.current().version()).isEqualTo(2);
    assertRefused(
        f.append(new LogCommand.Delete(todos.key(), alice, item.id(), OptionalInt.of(1))),
        ErrorCode.CONFLICT);
    f.stored(edit(todos, alice, item.id(), "soy milk", 2));
  }

  @Test
  void looksAtNoVersionWhereTheLastWriteWins() {
    Channel todos = list("todos", ConflictRule.LAST_WRITE_WINS);
    Publication item = f.stored(send(todos, alice, "milk"));
    f.stored(edit(todos, bob, item.id(), "oat milk", 1));
    f.stored(edit(todos, alice, item.id(), "soy milk", 1));
    assertThat(f.log.find(todos.key(), item.id()).orElseThrow().payload())
        .isEqualTo("\"soy milk\"");
  }

  @Test
  void letsOneOfTwoConcurrentEditsOfAVersionWin() throws Exception {
    Channel todos = list("todos", ConflictRule.VERSIONED);
    Publication item = f.stored(send(todos, alice, "0"));
    for (int version = 1; version <= 20; version++) {
      int seen = version;
      List<LogOutcome> outcomes =
          Race.atOnce(
              List.of(
                  () -> f.append(edit(todos, alice, item.id(), "a" + seen, seen)),
                  () -> f.append(edit(todos, bob, item.id(), "b" + seen, seen))));
      assertThat(outcomes).filteredOn(LogOutcome.Stored.class::isInstance).hasSize(1);
      assertThat(outcomes).filteredOn(LogOutcome.Refused.class::isInstance).hasSize(1);
    }
  }

  // ---- refusals

  @Test
  void refusesOneCommandAndStoresTheOthers() {
    Channel general = f.chat("general");
    Channel board = f.channel("board", ChannelKind.CHAT, Visibility.PRIVATE, ChannelPolicy.DEFAULT);
    Channel old = f.chat("old");
    archive(old);
    Channel signals =
        f.channel("signals", ChannelKind.EPHEMERAL, Visibility.PUBLIC, ChannelPolicy.DEFAULT);
    Channel small =
        f.channel(
            "small",
            ChannelKind.CHAT,
            Visibility.PUBLIC,
            ChannelPolicy.DEFAULT.withMaxMessageBytes(12));
    LogCommand failing =
        new LogCommand.Edit(
            general.key(),
            alice,
            f.stored(send(general, alice, "first")).id(),
            before -> {
              throw new IllegalStateException("a fault of the caller");
            },
            OptionalInt.empty(),
            256);
    List<LogOutcome> outcomes =
        f.log.append(
            List.of(
                send(general, alice, "before"),
                send(board, alice, "no member"),
                new LogCommand.Send(f.key("nowhere"), alice, uuid(), "message", "\"x\"", ""),
                send(old, alice, "archived"),
                send(signals, alice, "no log"),
                send(small, alice, "\u20ac\u20ac\u20ac\u20ac"),
                send(small, alice, "\u20ac\u20ac\u20ac+"),
                payload(general, "\"a\u0000b\""),
                payload(general, "\"\ud83d\""),
                payload(general, "x".repeat(Message.MAX_PAYLOAD + 1)),
                new LogCommand.Send(general.key(), alice, uuid(), "n\u0000", "\"x\"", ""),
                new LogCommand.Send(general.key(), alice, uuid(), "n".repeat(129), "\"x\"", ""),
                send(general, alice, "x", "c\u0000"),
                send(general, alice, "x", "c".repeat(65)),
                edit(general, alice, uuid(), "nothing there"),
                edit(general, alice, "no-uuid", "nothing there"),
                delete(general, alice, "1-1-1-1-1"),
                failing,
                send(general, alice, "after")));
    assertThat(outcomes)
        .extracting(MessageRepositoryContract::codeOf)
        .containsExactly(
            null,
            ErrorCode.FORBIDDEN,
            ErrorCode.FORBIDDEN,
            ErrorCode.ARCHIVED,
            ErrorCode.MALFORMED,
            ErrorCode.TOO_LARGE,
            null,
            ErrorCode.MALFORMED,
            ErrorCode.MALFORMED,
            ErrorCode.TOO_LARGE,
            ErrorCode.MALFORMED,
            ErrorCode.MALFORMED,
            ErrorCode.MALFORMED,
            ErrorCode.MALFORMED,
            ErrorCode.NOT_FOUND,
            ErrorCode.NOT_FOUND,
            ErrorCode.NOT_FOUND,
            ErrorCode.INTERNAL,
            null);
    assertThat(contents(general)).containsExactly("\"first\"", "\"before\"", "\"after\"");
    assertThat(offsets(general)).containsExactly(1L, 2L, 3L);
  }

  @Test
  void checksAnEditedPayloadLikeANewOne() {
    Channel small =
        f.channel(
            "small",
            ChannelKind.CHAT,
            Visibility.PUBLIC,
            ChannelPolicy.DEFAULT.withMaxMessageBytes(6));
    Publication first = f.stored(send(small, alice, "1234"));
    assertRefused(f.append(edit(small, alice, first.id(), "12345")), ErrorCode.TOO_LARGE);
    assertRefused(f.append(edit(small, alice, first.id(), "\u0000")), ErrorCode.MALFORMED);
    assertRefused(f.append(edit(small, alice, first.id(), "\udd14")), ErrorCode.MALFORMED);
    assertThat(contents(small)).containsExactly("\"1234\"");
  }

  @Test
  void findsNoMessageThroughAnotherChannel() {
    Channel general = f.chat("general");
    Channel random = f.chat("random");
    Publication first = f.stored(send(general, alice, "one"));
    List<LogOutcome> outcomes =
        f.log.append(List.of(edit(random, alice, first.id(), "x"), send(general, alice, "two")));
    assertRefused(outcomes.get(0), ErrorCode.NOT_FOUND);
    assertThat(f.log.find(random.key(), first.id())).isEmpty();
    assertThat(f.log.find(general.key(), first.id())).isPresent();
  }

  @Test
  void refusesForeignersAsIfTheChannelDidNotExist() {
    Channel general = f.chat("general");
    Fixture other = new Fixture(database);
    Identity foreigner = other.user("alice");
    assertRefused(f.append(send(general, foreigner, "hello")), ErrorCode.FORBIDDEN);
    ChannelKey unstorable = new ChannelKey("a\u0000", new ChannelName("general"));
    assertRefused(
        f.append(new LogCommand.Send(unstorable, alice, uuid(), "message", "\"x\"", "")),
        ErrorCode.FORBIDDEN);
  }

  @Test
  void obeysRolesAndPublishPolicy() {
    Channel news =
        f.channel(
            "news",
            ChannelKind.CHAT,
            Visibility.PUBLIC,
            ChannelPolicy.DEFAULT.withPublish(PublishPolicy.MEMBERS));
    assertRefused(f.append(send(news, alice, "x")), ErrorCode.FORBIDDEN);
    f.memberships.add(news, alice.userId(), Role.READER);
    assertRefused(f.append(send(news, alice, "x")), ErrorCode.FORBIDDEN);
    f.memberships.changeRole(news, alice.userId(), Role.WRITER);
    f.stored(send(news, alice, "x"));
    f.stored(send(news, f.apiKey("robot"), "x"));
    f.memberships.remove(news, alice.userId());
    assertRefused(f.append(send(news, alice, "x")), ErrorCode.FORBIDDEN);
  }

  @Test
  void refusesTheMutedUntilTheMuteEnds() {
    Channel general = f.chat("general");
    f.memberships.add(general, alice.userId(), Role.WRITER);
    Publication first = f.stored(send(general, alice, "one"));
    f.memberships.mute(general, alice.userId(), f.clock.millis() + 1_000);
    assertRefused(f.append(send(general, alice, "two")), ErrorCode.FORBIDDEN);
    assertRefused(f.append(edit(general, alice, first.id(), "ONE")), ErrorCode.FORBIDDEN);
    f.clock.advance(Duration.ofMillis(1_000));
    f.stored(send(general, alice, "three"));
  }

  @Test
  void refusesEveryChangeOfAnArchivedChannel() {
    Channel general = f.chat("general");
    Publication first = f.stored(send(general, alice, "one"));
    archive(general);
    assertRefused(f.append(send(general, alice, "two")), ErrorCode.ARCHIVED);
    assertRefused(f.append(edit(general, alice, first.id(), "ONE")), ErrorCode.ARCHIVED);
    assertRefused(f.append(delete(general, alice, first.id())), ErrorCode.ARCHIVED);
    assertThat(contents(general)).containsExactly("\"one\"");
  }

  // ---- slow mode

  @Test
  void spacesTheMessagesOfAWriter() {
    Channel slow =
        f.channel(
            "slow",
            ChannelKind.CHAT,
            Visibility.PUBLIC,
            ChannelPolicy.DEFAULT.withSlowModeMillis(5_000));
    Identity moderator = f.user("moderator");
    f.memberships.add(slow, moderator.userId(), Role.MODERATOR);
    List<LogOutcome> outcomes =
        f.log.append(
            List.of(
                send(slow, alice, "1", "c-1"),
                send(slow, alice, "2"),
                send(slow, bob, "1"),
                send(slow, moderator, "1"),
                send(slow, moderator, "2"),
                send(slow, alice, "1", "c-1")));
    assertThat(outcomes)
        .extracting(MessageRepositoryContract::codeOf)
        .containsExactly(null, ErrorCode.RATE_LIMITED, null, null, null, null);
    f.clock.advance(Duration.ofMillis(4_999));
    LogOutcome early = f.append(send(slow, alice, "2"));
    assertRefused(early, ErrorCode.RATE_LIMITED);
    assertThat(((LogOutcome.Refused) early).reason().retryAfter()).isEqualTo(Duration.ofMillis(1));
    f.clock.advance(Duration.ofMillis(1));
    f.stored(send(slow, alice, "2"));
    assertRefused(f.append(send(slow, alice, "3")), ErrorCode.RATE_LIMITED);
  }

  // ---- inbox

  @Test
  void raisesTheStateOfAnInboxEntry() {
    Channel inbox = inboxOf(alice);
    Identity admin = f.admin("admin");
    Publication entry = f.stored(payload(inbox, admin, "{\"title\":\"Hi\"}"));
    assertThat(entry.state()).isEqualTo(InboxState.NEW);
    assertThat(f.log.unreadNotifications(inbox.key())).isEqualTo(1);
    Publication seen = f.stored(mark(inbox, alice, entry.id(), InboxState.SEEN));
    assertThat(seen.state()).isEqualTo(InboxState.SEEN);
    assertThat(seen.change()).isEqualTo(Publication.Change.UPDATED);
    assertThat(seen.revision()).isEqualTo(2);
    assertThat(seen.editedAtMillis()).isZero();
    assertThat(f.log.unreadNotifications(inbox.key())).isEqualTo(1);
    f.stored(mark(inbox, alice, entry.id(), InboxState.ACKNOWLEDGED));
    assertThat(f.append(mark(inbox, alice, entry.id(), InboxState.READ)))
        .isInstanceOf(LogOutcome.Repeated.class);
    assertThat(f.log.unreadNotifications(inbox.key())).isZero();
    assertThat(f.log.find(inbox.key(), entry.id()).orElseThrow().state())
        .isEqualTo(InboxState.ACKNOWLEDGED);
    assertThat(f.now(inbox).lastOffset()).isEqualTo(3);
  }

  @Test
  void letsNobodyElseMarkAnEntry() {
    Channel inbox = inboxOf(alice);
    Identity admin = f.admin("admin");
    Publication entry = f.stored(payload(inbox, admin, "{}"));
    for (Identity other : List.of(bob, admin, f.apiKey("robot"))) {
      assertRefused(f.append(mark(inbox, other, entry.id(), InboxState.READ)), ErrorCode.FORBIDDEN);
    }
    assertRefused(f.append(mark(inbox, alice, uuid(), InboxState.READ)), ErrorCode.NOT_FOUND);
    Channel general = f.chat("general");
    Publication chat = f.stored(send(general, alice, "x"));
    assertRefused(f.append(mark(general, alice, chat.id(), InboxState.READ)), ErrorCode.FORBIDDEN);
  }

  @Test
  void listsEntriesBelowAState() {
    Channel inbox = inboxOf(alice);
    Identity admin = f.admin("admin");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ids.add(f.stored(payload(inbox, admin, "{\"n\":" + i + "}")).id());
    }
    f.stored(mark(inbox, alice, ids.get(1), InboxState.READ));
    f.stored(mark(inbox, alice, ids.get(2), InboxState.SEEN));
    f.stored(delete(inbox, admin, ids.get(3)));
    assertThat(f.log.idsBelow(inbox.key(), InboxState.READ, 10))
        .containsExactly(ids.get(0), ids.get(2));
    assertThat(f.log.idsBelow(inbox.key(), InboxState.SEEN, 10)).containsExactly(ids.get(0));
    assertThat(f.log.idsBelow(inbox.key(), InboxState.ACKNOWLEDGED, 2))
        .containsExactly(ids.get(0), ids.get(1));
    assertThat(f.log.unreadNotifications(inbox.key())).isEqualTo(2);
    assertThat(f.log.idsBelow(f.key("user:nobody"), InboxState.READ, 10)).isEmpty();
    assertThat(f.log.unreadNotifications(f.key("user:nobody"))).isZero();
  }

  // ---- catching up

  @Test
  void readsChangesInTheOrderOfTheirRevisionsCompacted() {
    Channel general = f.chat("general");
    Publication one = f.stored(send(general, alice, "one")); // 1
    Publication two = f.stored(send(general, alice, "two")); // 2
    f.stored(send(general, alice, "three")); // 3
    f.stored(edit(general, alice, one.id(), "ONE")); // 4
    f.stored(edit(general, alice, one.id(), "One")); // 5
    f.stored(delete(general, alice, two.id())); // 6
    LogPage all = page(general, 0);
    assertThat(all.publications())
        .extracting(Publication::revision)
        .containsExactly(1L, 3L, 5L, 6L);
    assertThat(all.publications())
        .extracting(Publication::change)
        .containsExactly(
            Publication.Change.CREATED,
            Publication.Change.CREATED,
            Publication.Change.UPDATED,
            Publication.Change.DELETED);
    assertThat(all.publications())
        .extracting(Publication::payload)
        .containsExactly("\"One\"", "\"three\"", "\"One\"", "null");
    assertThat(all.completeTo()).isEqualTo(6);
    assertThat(all.hasMore()).isFalse();
    assertThat(all.epoch()).isEqualTo(general.epoch());
    assertThat(all.continuesFrom(0)).isTrue();
    LogPage later = page(general, 2);
    assertThat(later.publications())
        .extracting(Publication::change)
        .containsExactly(
            Publication.Change.CREATED, Publication.Change.UPDATED, Publication.Change.DELETED);
    assertThat(page(general, 6).publications()).isEmpty();
    assertThat(page(general, 6).completeTo()).isEqualTo(6);
  }

  @Test
  void givesEachMessageAsMadeOnceHoweverThePagesFall() {
    Channel general = f.chat("general");
    Random random = new Random(7);
    List<Publication> present = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      int chosen = random.nextInt(Math.max(1, 2 * present.size()));
      if (chosen >= present.size()) {
        present.add(f.stored(send(general, alice, "text " + i)));
      } else if (random.nextInt(4) == 0) {
        f.stored(delete(general, alice, present.remove(chosen).id()));
      } else {
        present.set(chosen, f.stored(edit(general, alice, present.get(chosen).id(), "new " + i)));
      }
    }
    for (long from = 0; from <= 60; from++) {
      for (int limit : new int[] {1, 2, 7, ALL}) {
        for (int maxBytes : new int[] {0, 20, ANY_SIZE}) {
          assertCatchesUp(general, from, limit, maxBytes, present);
        }
      }
    }
  }

  private void assertCatchesUp(
      Channel channel, long from, int limit, int maxBytes, List<Publication> present) {
    List<Publication> read = new ArrayList<>();
    LogPage page;
    long after = from;
    do {
      page = f.log.readAfter(channel.key(), after, limit, maxBytes).orElseThrow();
      read.addAll(page.publications());
      after = page.completeTo();
    } while (page.hasMore());
    assertThat(after).isEqualTo(60);
    assertThat(read).extracting(Publication::revision).isSorted().doesNotHaveDuplicates();
    List<String> expected = new ArrayList<>();
    for (Publication message : present) {
      if (message.offset() > from) {
        expected.add(inShort(message.asCreated()));
      }
      if (message.revision() > Math.max(from, message.offset())) {
        expected.add(inShort(message));
      }
    }
    read.removeIf(publication -> publication.change() == Publication.Change.DELETED);
    assertThat(read)
        .as("after %d, by %d, %d bytes", from, limit, maxBytes)
        .extracting(MessageRepositoryContract::inShort)
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  private static String inShort(Publication publication) {
    return publication.revision() + " " + publication.change() + " " + publication.payload();
  }

  @Test
  void stopsAtTheLimitAndGoesOnFromThere() {
    Channel general = f.chat("general");
    sendMany(general, 10);
    LogPage first = f.log.readAfter(general.key(), 0, 4, ANY_SIZE).orElseThrow();
    assertThat(first.publications()).hasSize(4);
    assertThat(first.hasMore()).isTrue();
    assertThat(first.completeTo()).isEqualTo(4);
    LogPage rest = f.log.readAfter(general.key(), 4, 6, ANY_SIZE).orElseThrow();
    assertThat(rest.publications()).hasSize(6);
    assertThat(rest.hasMore()).isFalse();
    assertThat(rest.completeTo()).isEqualTo(10);
  }

  @Test
  void stopsAfterTheChangeThatExceedsTheBytes() {
    Channel general = f.chat("general");
    for (int i = 0; i < 4; i++) {
      f.stored(payload(general, "\"" + "\u20ac".repeat(32) + "12\"")); // 100 bytes
    }
    assertThat(f.log.readAfter(general.key(), 0, ALL, 0).orElseThrow().publications()).hasSize(1);
    LogPage exact = f.log.readAfter(general.key(), 0, ALL, 200).orElseThrow();
    assertThat(exact.publications()).hasSize(3); // 200 do not exceed 200
    assertThat(exact.hasMore()).isTrue();
    assertThat(exact.completeTo()).isEqualTo(3);
    LogPage last = f.log.readAfter(general.key(), 3, ALL, 50).orElseThrow();
    assertThat(last.publications()).hasSize(1);
    assertThat(last.hasMore()).isFalse();
    assertThat(last.completeTo()).isEqualTo(4);
  }

  @Test
  void readsLongPagesWhole() {
    Channel general = f.chat("general");
    sendMany(general, 1_001);
    LogPage page = page(general, 0);
    assertThat(page.publications()).extracting(Publication::revision).isEqualTo(oneTo(1_000));
    assertThat(page.hasMore()).isTrue();
  }

  @Test
  void knowsChannelsThatDoNotExist() {
    assertThat(f.log.readAfter(f.key("nowhere"), 0, ALL, ANY_SIZE)).isEmpty();
    assertThat(f.log.find(f.key("nowhere"), uuid())).isEmpty();
    assertThat(f.log.ends(List.of(f.key("nowhere")))).isEmpty();
    assertThatThrownBy(() -> f.log.historyAfter(f.key("nowhere"), 0, ALL, ANY_SIZE))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
  }

  @Test
  void readsAnEmptyLog() {
    Channel general = f.chat("general");
    LogPage page = page(general, 0);
    assertThat(page.publications()).isEmpty();
    assertThat(page.completeTo()).isZero();
    assertThat(history(general)).isEmpty();
  }

  // ---- history

  @Test
  void pagesThroughHistoryBothWays() {
    Channel general = f.chat("general");
    sendMany(general, 7);
    HistoryPage latest = f.log.historyBefore(general.key(), Long.MAX_VALUE, 3, ANY_SIZE);
    assertThat(latest.messages()).extracting(Publication::offset).containsExactly(5L, 6L, 7L);
    assertThat(latest.hasMore()).isTrue();
    assertThat(latest.position()).isEqualTo(f.now(general).position());
    HistoryPage before = f.log.historyBefore(general.key(), 5, 4, ANY_SIZE);
    assertThat(before.messages()).extracting(Publication::offset).containsExactly(1L, 2L, 3L, 4L);
    assertThat(before.hasMore()).isFalse();
    HistoryPage after = f.log.historyAfter(general.key(), 2, 3, ANY_SIZE);
    assertThat(after.messages()).extracting(Publication::offset).containsExactly(3L, 4L, 5L);
    assertThat(after.hasMore()).isTrue();
    HistoryPage rest = f.log.historyAfter(general.key(), 5, 3, ANY_SIZE);
    assertThat(rest.messages()).extracting(Publication::offset).containsExactly(6L, 7L);
    assertThat(rest.hasMore()).isFalse();
  }

  @Test
  void showsHistoryByPlaceWithEditsAndDeletes() {
    Channel general = f.chat("general");
    List<Publication> sent = sendMany(general, 5);
    f.stored(edit(general, alice, sent.get(1).id(), "edited"));
    f.stored(delete(general, alice, sent.get(3).id()));
    HistoryPage page = f.log.historyAfter(general.key(), 0, 10, ANY_SIZE);
    assertThat(page.messages()).extracting(Publication::offset).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(page.messages().get(1).payload()).isEqualTo("\"edited\"");
    assertThat(page.messages().get(3).change()).isEqualTo(Publication.Change.DELETED);
    assertThat(page.messages().get(3).payload()).isEqualTo("null");
    assertThat(page.position().offset()).isEqualTo(7);
    assertThat(f.log.historyBefore(general.key(), Long.MAX_VALUE, 10, ANY_SIZE).messages())
        .isEqualTo(page.messages());
  }

  @Test
  void boundsHistoryByBytesButBringsOneMessage() {
    Channel general = f.chat("general");
    for (int i = 0; i < 4; i++) {
      f.stored(payload(general, "\"" + "x".repeat(98) + "\""));
    }
    HistoryPage one = f.log.historyBefore(general.key(), Long.MAX_VALUE, 10, 1);
    assertThat(one.messages()).extracting(Publication::offset).containsExactly(4L);
    assertThat(one.hasMore()).isTrue();
    HistoryPage two = f.log.historyBefore(general.key(), Long.MAX_VALUE, 10, 200);
    assertThat(two.messages()).extracting(Publication::offset).containsExactly(3L, 4L);
    HistoryPage after = f.log.historyAfter(general.key(), 0, 10, 299);
    assertThat(after.messages()).extracting(Publication::offset).containsExactly(1L, 2L);
    assertThat(after.hasMore()).isTrue();
  }

  @Test
  void hidesTheHistoryOfAChannelThatHasNoneButLetsItResume() {
    Channel brief =
        f.channel(
            "brief",
            ChannelKind.CHAT,
            Visibility.PUBLIC,
            ChannelPolicy.DEFAULT.withHistoryMillis(ChannelPolicy.NONE));
    sendMany(brief, 3);
    HistoryPage page = f.log.historyBefore(brief.key(), Long.MAX_VALUE, 10, ANY_SIZE);
    assertThat(page.messages()).isEmpty();
    assertThat(page.hasMore()).isFalse();
    assertThat(page.position().offset()).isEqualTo(3);
    assertThat(page(brief, 1).publications()).hasSize(2);
  }

  // ---- ends, unread

  @Test
  void tellsTheEndsOfManyLogs() {
    Channel general = f.chat("general");
    Channel random = f.chat("random");
    sendMany(general, 3);
    assertThat(f.log.ends(List.of(general.key(), random.key(), f.key("nowhere"))))
        .hasSize(2)
        .containsEntry(general.key(), new LogEnd(general.epoch(), 3, 0))
        .containsEntry(random.key(), new LogEnd(random.epoch(), 0, 0));
    assertThat(f.log.ends(List.of())).isEmpty();
  }

  @Test
  void countsWhatOthersWroteSinceTheReadMark() {
    Channel general = f.chat("general");
    Channel random = f.chat("random");
    sendMany(general, 3);
    f.stored(send(general, bob, "mine"));
    Publication deleted = f.stored(send(general, alice, "gone"));
    f.stored(delete(general, alice, deleted.id()));
    UserId reader = bob.userId();
    List<ChannelKey> both = List.of(general.key(), random.key());
    assertThat(f.log.unread(reader, both))
        .containsEntry(general.key(), 3L)
        .containsEntry(random.key(), 0L);
    f.memberships.advanceReadOffset(general, reader, 2);
    assertThat(f.log.unread(reader, both)).containsEntry(general.key(), 1L);
    f.memberships.advanceReadOffset(general, reader, 6);
    assertThat(f.log.unread(reader, both)).containsEntry(general.key(), 0L);
    assertThat(f.log.unread(alice.userId(), both)).containsEntry(general.key(), 1L);
    assertThat(f.log.unread(reader, List.of())).isEmpty();
  }

  @Test
  void countsNoFurtherThanAThousand() {
    Channel general = f.chat("general");
    sendMany(general, 1_002);
    List<ChannelKey> channels = List.of(general.key());
    assertThat(f.log.unread(bob.userId(), channels)).containsEntry(general.key(), 1_000L);
    f.memberships.advanceReadOffset(general, bob.userId(), 2);
    assertThat(f.log.unread(bob.userId(), channels)).containsEntry(general.key(), 1_000L);
    f.memberships.advanceReadOffset(general, bob.userId(), 3);
    assertThat(f.log.unread(bob.userId(), channels)).containsEntry(general.key(), 999L);
  }

  // ---- clocks

  /** Nodes' clocks differ: what one stores after the other may seem to be older. */
  @Test
  void keepsTheOrderOfThePlacesWhateverTheClocksSay() {
    Channel general = f.chat("general");
    List<Publication> sent = new ArrayList<>();
    for (int seconds : new int[] {0, -5, 300, -300, 1, -86_400, 0}) {
      f.clock.advance(Duration.ofSeconds(seconds));
      sent.add(f.stored(send(general, alice, "after " + seconds)));
    }
    Publication edited =
        f.stored(edit(general, alice, sent.get(2).id(), "edited by a node that is behind"));
    assertThat(sent)
        .extracting(Publication::offset)
        .isEqualTo(LongStream.range(1, 8).boxed().toList());
    assertThat(offsets(general)).isEqualTo(LongStream.range(1, 8).boxed().toList());
    assertThat(f.log.historyBefore(general.key(), 6, 3, ANY_SIZE).messages())
        .extracting(Publication::offset)
        .containsExactly(3L, 4L, 5L);
    assertThat(page(general, 3).publications())
        .extracting(Publication::revision)
        .containsExactly(4L, 5L, 6L, 7L, edited.revision());
  }

  @Test
  void leavesNoHoleWherePrunedMessagesHaveTimesOfDifferentClocks() {
    Channel hour = withHistory("hour", Duration.ofHours(1).toMillis());
    f.clock.advance(Duration.ofMinutes(5));
    sendMany(hour, 1); // 1: by a node that is ahead
    f.clock.advance(Duration.ofMinutes(-5));
    sendMany(hour, 1); // 2
    f.clock.advance(Duration.ofMinutes(61));
    assertThat(pruneAll()).isZero(); // the second one is old enough, but not the beginning
    assertThat(offsets(hour)).containsExactly(1L, 2L);
    f.clock.advance(Duration.ofMinutes(5));
    assertThat(pruneAll()).isEqualTo(2);
    assertThat(f.now(hour).prunedOffset()).isEqualTo(2);
  }

  // ---- pruning

  @Test
  void prunesWhatThePolicyNoLongerKeepsAndMovesTheStart() {
    Channel hour = withHistory("hour", Duration.ofHours(1).toMillis());
    Channel forever = f.chat("forever");
    List<Publication> old = sendMany(hour, 3);
    sendMany(forever, 3);
    f.clock.advance(Duration.ofMinutes(30));
    sendMany(hour, 2); // 4, 5
    f.stored(edit(hour, alice, old.get(0).id(), "edited")); // 6: its time is now
    f.clock.advance(Duration.ofMinutes(31));
    assertThat(pruneAll()).isEqualTo(2);
    assertThat(offsets(hour)).containsExactly(1L, 4L, 5L);
    assertThat(offsets(forever)).hasSize(3);
    LogPage page = page(hour, 3);
    assertThat(page.prunedOffset()).isEqualTo(3);
    assertThat(page.continuesFrom(3)).isTrue();
    assertThat(page.continuesFrom(2)).isFalse();
    assertThat(page.publications()).extracting(Publication::revision).containsExactly(4L, 5L, 6L);
    assertThat(f.log.ends(List.of(hour.key())).get(hour.key()).prunedOffset()).isEqualTo(3);
    f.clock.advance(Duration.ofHours(2));
    assertThat(pruneAll()).isEqualTo(3);
    assertThat(f.now(hour).prunedOffset()).isEqualTo(6);
    assertThat(pruneAll()).isZero();
    assertThat(f.stored(send(hour, alice, "next")).offset()).isEqualTo(7);
    assertThat(page(hour, 6).continuesFrom(6)).isTrue();
  }

  @Test
  void keepsTwoMinutesToResumeWhereThereIsNoHistory() {
    Channel brief = withHistory("brief", ChannelPolicy.NONE);
    sendMany(brief, 2);
    f.clock.advance(Duration.ofMinutes(2));
    assertThat(pruneAll()).isZero();
    f.clock.advance(Duration.ofMillis(1));
    assertThat(pruneAll()).isEqualTo(2);
    assertThat(f.now(brief).prunedOffset()).isEqualTo(2);
  }

  @Test
  void prunesAtMostTheLimitOldestFirst() {
    Channel brief = withHistory("brief", ChannelPolicy.NONE);
    sendMany(brief, 5);
    f.clock.advance(Duration.ofMinutes(3));
    assertThat(f.log.prune(f.clock.millis(), 2)).isEqualTo(2);
    assertThat(f.now(brief).prunedOffset()).isEqualTo(2);
    assertThat(page(brief, 2).publications()).hasSize(3);
    assertThat(pruneAll()).isEqualTo(3);
  }

  @Test
  void showsNoGapToAReaderWhileItPrunes() throws Exception {
    Channel brief = withHistory("brief", ChannelPolicy.NONE);
    sendMany(brief, 300);
    f.clock.advance(Duration.ofMinutes(3));
    Race.atOnce(
        List.of(
            () -> {
              while (f.log.prune(f.clock.millis(), 7) > 0) {}
              return null;
            },
            () -> {
              LogPage page;
              do {
                page = page(brief, 0);
                assertThat(page.publications())
                    .extracting(Publication::revision)
                    .isEqualTo(
                        LongStream.rangeClosed(page.prunedOffset() + 1, 300).boxed().toList());
              } while (page.prunedOffset() < 300);
              return null;
            }));
  }

  // ---- helpers

  private Channel list(String name, ConflictRule rule) {
    return f.channel(
        name, ChannelKind.LIST, Visibility.PUBLIC, ChannelPolicy.DEFAULT.withConflicts(rule));
  }

  private Channel withHistory(String name, long millis) {
    return f.channel(
        name, ChannelKind.CHAT, Visibility.PUBLIC, ChannelPolicy.DEFAULT.withHistoryMillis(millis));
  }

  private Channel inboxOf(Identity user) {
    ChannelName name = ChannelName.inboxOf(user.userId());
    return f.channels.ensureSystemChannel(new ChannelKey(f.organization, name));
  }

  private void archive(Channel channel) {
    f.transactions.run(
        () -> {
          f.channels.lock(channel.key()).orElseThrow().archive();
          return null;
        });
  }

  private List<Publication> sendMany(Channel channel, int count) {
    List<LogCommand> batch = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      batch.add(send(channel, alice, "text " + i));
    }
    return f.log.append(batch).stream().map(MessageRepositoryContract::publication).toList();
  }

  private LogCommand payload(Channel channel, String json) {
    return payload(channel, alice, json);
  }

  private static LogCommand payload(Channel channel, Identity author, String json) {
    return new LogCommand.Send(channel.key(), author, uuid(), "event", json, "");
  }

  private static LogCommand mark(Channel inbox, Identity who, String id, InboxState state) {
    return new LogCommand.Mark(inbox.key(), who, id, state);
  }

  /** Prunes until nothing is left to go. */
  private int pruneAll() {
    int removed = 0;
    int more;
    while ((more = f.log.prune(f.clock.millis(), ALL)) > 0) {
      removed += more;
    }
    return removed;
  }

  private LogPage page(Channel channel, long after) {
    return f.log.readAfter(channel.key(), after, ALL, ANY_SIZE).orElseThrow();
  }

  private List<Publication> history(Channel channel) {
    return f.log.historyAfter(channel.key(), 0, ALL, ANY_SIZE).messages();
  }

  private List<String> contents(Channel channel) {
    return history(channel).stream().map(Publication::payload).toList();
  }

  private List<Long> offsets(Channel channel) {
    return history(channel).stream().map(Publication::offset).toList();
  }

  private static List<Long> oneTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  private static Publication publication(LogOutcome outcome) {
    if (outcome instanceof LogOutcome.Stored stored) {
      return stored.publication();
    }
    if (outcome instanceof LogOutcome.Repeated repeated) {
      return repeated.publication();
    }
    throw new AssertionError("refused: " + ((LogOutcome.Refused) outcome).reason());
  }

  private static ErrorCode codeOf(LogOutcome outcome) {
    return outcome instanceof LogOutcome.Refused refused ? refused.reason().code() : null;
  }

  private static void assertRefused(LogOutcome outcome, ErrorCode code) {
    assertThat(outcome).isInstanceOf(LogOutcome.Refused.class);
    assertThat(codeOf(outcome)).isEqualTo(code);
  }
}
