package io.carillon.persistence;

import static io.carillon.persistence.Fixture.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Asker;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.channel.ConflictRule;
import io.carillon.domain.channel.Member;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.channel.PublishPolicy;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.ViewQuestion;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every store of channels, members and read marks does, whatever the database. */
@Timeout(60)
abstract class ChannelRepositoryContract {
  private TestDatabase database;
  private Fixture f;
  private Identity alice;
  private Identity bob;

  @BeforeEach
  void open(TestDatabase shared) {
    database = shared;
    f = new Fixture(shared);
    alice = f.user("alice");
    bob = f.user("bob");
  }

  @Test
  void tellsAtOnceWhatManyMayDo() {
    Channel open = f.chat("open");
    Channel closed =
        f.channel("closed", ChannelKind.CHAT, Visibility.PRIVATE, ChannelPolicy.DEFAULT);
    f.memberships.add(closed, alice.userId(), Role.MODERATOR);
    f.memberships.add(open, bob.userId(), Role.READER);
    Identity otherTab = f.admin("alice");
    Identity stranger = new Fixture(database).user("alice");
    List<Asker> askers = new ArrayList<>();
    for (Identity who : List.of(alice, otherTab, bob, f.apiKey("robot"), stranger)) {
      askers.add(new Asker(who, open.key()));
      askers.add(new Asker(who, closed.key()));
      askers.add(new Asker(who, f.key("none")));
      askers.add(new Asker(who, new ChannelKey(stranger.organization(), open.key().name())));
    }
    Map<Asker, Access> found = f.channels.accessOf(askers);
    assertThat(found).hasSize(10); // of channels that exist
    for (Asker asker : askers) {
      Optional<Access> alone =
          f.channels
              .view(asker.channel(), asker.who().userId())
              .map(view -> view.accessOf(asker.who(), f.clock.millis()));
      assertThat(Optional.ofNullable(found.get(asker)).map(Access::mayRead))
          .isEqualTo(alone.map(Access::mayRead));
      assertThat(Optional.ofNullable(found.get(asker)).flatMap(Access::role))
          .isEqualTo(alone.flatMap(Access::role));
    }
    assertThat(found.get(new Asker(alice, closed.key())).mayRead()).isTrue();
    assertThat(found.get(new Asker(bob, closed.key())).mayRead()).isFalse();
    assertThat(f.channels.accessOf(List.of())).isEmpty();
  }

  // ---- channels

  @Test
  void readsBackWhatItStored() {
    ChannelPolicy policy =
        new ChannelPolicy(
            60_000, PublishPolicy.MODERATORS, 512, 5_000, ConflictRule.LAST_WRITE_WINS);
    Channel made =
        f.channels.create(
            new Channel(
                f.key("\u00e9t\u00e9 / 100% \ud83d\udd14"),
                ChannelKind.LIST,
                Visibility.PRIVATE,
                "T\u00fbt \ud83d\udd14",
                policy,
                f.clock.millis()));
    Channel read = f.channels.find(made.key()).orElseThrow();
    assertThat(read.id()).isPositive().isEqualTo(made.id());
    assertThat(read.rules())
        .isEqualTo(made.rules())
        .satisfies(rules -> assertThat(rules.policy()).isEqualTo(policy));
    assertThat(read.title()).isEqualTo("T\u00fbt \ud83d\udd14");
    assertThat(read.topic()).isEmpty();
    assertThat(read.epoch()).isEqualTo(made.epoch());
    assertThat(read.createdAtMillis()).isEqualTo(f.clock.millis());
    assertThat(f.channels.find(f.key("other"))).isEmpty();
    assertThat(f.channels.find(new ChannelKey("elsewhere", made.key().name()))).isEmpty();
  }

  @Test
  void takesANameOnceInAnOrganization() {
    f.chat("general");
    assertThatThrownBy(() -> f.chat("general"))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    f.chat("General"); // names are exact
    new Fixture(database).chat("general");
  }

  @Test
  void letsOneOfManyCreate() throws Exception {
    for (int trial = 0; trial < 10; trial++) {
      String name = "race-" + trial;
      Callable<Boolean> attempt =
          () -> {
            try {
              f.chat(name);
              return true;
            } catch (RealtimeException e) {
              assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT);
              return false;
            }
          };
      assertThat(Race.atOnce(List.of(attempt, attempt, attempt))).containsOnlyOnce(true);
    }
  }

  @Test
  void makesASystemChannelOnceHoweverManyAsk() throws Exception {
    for (int trial = 0; trial < 10; trial++) {
      ChannelKey key =
          new ChannelKey(f.organization, ChannelName.inboxOf(new UserId("user-" + trial)));
      Callable<Long> attempt = () -> f.channels.ensureSystemChannel(key).id();
      List<Long> ids = Race.atOnce(List.of(attempt, attempt, attempt, attempt));
      assertThat(ids).containsOnly(ids.get(0));
      assertThat(f.channels.find(key).orElseThrow().kind()).isEqualTo(ChannelKind.INBOX);
    }
  }

  @Test
  void goesOnInTheSameTransactionAfterSomebodyElseWasFirst() {
    ChannelKey key = new ChannelKey(f.organization, ChannelName.announcementsOf(f.organization));
    Channel first = f.channels.ensureSystemChannel(key);
    f.transactions.run(
        () -> {
          assertThat(f.channels.ensureSystemChannel(key).id()).isEqualTo(first.id());
          assertThat(f.memberships.add(first, alice.userId(), Role.READER)).isTrue();
          assertThat(f.memberships.add(first, alice.userId(), Role.READER)).isFalse();
          // The row that was there already has not ended the transaction.
          assertThat(f.memberships.add(first, bob.userId(), Role.READER)).isTrue();
          return null;
        });
    assertThat(f.channels.find(key).orElseThrow().kind()).isEqualTo(ChannelKind.ANNOUNCEMENTS);
    assertThat(f.memberships.find(first, bob.userId())).isPresent();
  }

  @Test
  void makesNoSystemChannelOfAnOrdinaryName() {
    assertThatThrownBy(() -> f.channels.ensureSystemChannel(f.key("general")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void storesChangesOfALockedChannelOnly() {
    Channel general = f.chat("general");
    f.transactions.run(
        () -> {
          f.channels.find(general.key()).orElseThrow().rename("a snapshot's title");
          return null;
        });
    assertThat(f.now(general).title()).isEmpty();
    f.transactions.run(
        () -> {
          Channel locked = f.channels.lock(general.key()).orElseThrow();
          locked.rename("Everybody");
          locked.describe("For all");
          locked.show(Visibility.PRIVATE);
          locked.adopt(ChannelPolicy.DEFAULT.withSlowModeMillis(7));
          locked.archive();
          return null;
        });
    Channel now = f.now(general);
    assertThat(now.title()).isEqualTo("Everybody");
    assertThat(now.topic()).isEqualTo("For all");
    assertThat(now.visibility()).isEqualTo(Visibility.PRIVATE);
    assertThat(now.policy().slowModeMillis()).isEqualTo(7);
    assertThat(now.isArchived()).isTrue();
    assertThatThrownBy(() -> f.channels.lock(general.key()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void neverPutsTheOffsetBackWithAChangeOfTheTitle() throws Exception {
    Channel general = f.chat("general");
    CountDownLatch locked = new CountDownLatch(1);
    Race.atOnce(
        List.of(
            () -> {
              f.transactions.run(
                  () -> {
                    Channel channel = f.channels.lock(general.key()).orElseThrow();
                    locked.countDown();
                    channel.rename("slowly");
                    return null;
                  });
              return null;
            },
            () -> {
              assertThat(locked.await(10, TimeUnit.SECONDS)).isTrue();
              f.stored(send(general, alice, "waits for the lock"));
              return null;
            }));
    assertThat(f.now(general).lastOffset()).isEqualTo(1);
    f.transactions.run(
        () -> {
          Channel channel = f.channels.lock(general.key()).orElseThrow();
          f.log.append(List.of(send(general, alice, "in the same transaction")));
          channel.rename("after");
          return null;
        });
    assertThat(f.now(general).lastOffset()).isEqualTo(2);
    assertThat(f.now(general).title()).isEqualTo("after");
  }

  @Test
  void listsPublicChannelsAndMyPrivateOnesInOneQuery() {
    Channel general = f.chat("general");
    Channel board = f.channel("board", ChannelKind.CHAT, Visibility.PRIVATE, ChannelPolicy.DEFAULT);
    f.channel("secret", ChannelKind.CHAT, Visibility.PRIVATE, ChannelPolicy.DEFAULT);
    Channel todos = f.channel("todos", ChannelKind.LIST, Visibility.PUBLIC, ChannelPolicy.DEFAULT);
    f.channels.ensureSystemChannel(f.key("user:alice"));
    f.channels.ensureSystemChannel(f.key("org:" + f.organization));
    Fixture other = new Fixture(database);
    Channel foreign = other.chat("foreign");
    other.memberships.add(foreign, alice.userId(), Role.OWNER);
    f.memberships.add(board, alice.userId(), Role.MODERATOR);
    f.memberships.add(todos, alice.userId(), Role.OWNER);
    f.memberships.add(general, bob.userId(), Role.OWNER);
    List<ChannelView> views = f.channels.listVisible(f.organization, alice.userId(), "", 10);
    assertThat(views)
        .extracting(view -> view.channel().key().name().value())
        .containsExactly("board", "general", "todos");
    assertThat(views)
        .extracting(view -> view.membership().map(Membership::role).orElse(null))
        .containsExactly(Role.MODERATOR, null, Role.OWNER);
    assertThat(f.channels.listVisible(f.organization, alice.userId(), "board", 1))
        .extracting(view -> view.channel().key().name().value())
        .containsExactly("general");
  }

  @Test
  void bringsAChannelWithTheUsersMembership() {
    Channel board = f.channel("board", ChannelKind.CHAT, Visibility.PRIVATE, ChannelPolicy.DEFAULT);
    f.memberships.add(board, alice.userId(), Role.READER);
    ChannelView mine = f.channels.view(board.key(), alice.userId()).orElseThrow();
    assertThat(mine.membership()).get().extracting(Membership::role).isEqualTo(Role.READER);
    Access access = mine.accessOf(alice, f.clock.millis());
    assertThat(access.mayRead()).isTrue();
    assertThat(access.mayPublish()).isFalse();
    ChannelView hers = f.channels.view(board.key(), bob.userId()).orElseThrow();
    assertThat(hers.membership()).isEmpty();
    assertThat(hers.accessOf(bob, f.clock.millis()).mayRead()).isFalse();
    assertThat(f.channels.view(f.key("nowhere"), alice.userId())).isEmpty();
  }

  @Test
  void listsForManagersByPrefixAndPage() {
    for (String name : List.of("team-a", "team-b", "team_c", "team%d", "other", "user:x")) {
      if (name.startsWith("user:")) {
        f.channels.ensureSystemChannel(f.key(name));
      } else {
        f.channel(name, ChannelKind.CHAT, Visibility.PRIVATE, ChannelPolicy.DEFAULT);
      }
    }
    assertThat(namesOf(f.channels.list(f.organization, "", "", 10)))
        .containsExactlyInAnyOrder("other", "team%d", "team-a", "team-b", "team_c");
    assertThat(namesOf(f.channels.list(f.organization, "team_", "", 10))).containsExactly("team_c");
    assertThat(namesOf(f.channels.list(f.organization, "team%", "", 10))).containsExactly("team%d");
    List<String> paged = new ArrayList<>();
    String after = "";
    List<String> page;
    do {
      page = namesOf(f.channels.list(f.organization, "team", after, 2));
      paged.addAll(page);
      after = page.isEmpty() ? "" : page.get(page.size() - 1);
    } while (!page.isEmpty());
    assertThat(paged).hasSize(4).containsExactlyInAnyOrder("team%d", "team-a", "team-b", "team_c");
  }

  // ---- members

  @Test
  void addsAMemberOnce() {
    Channel general = f.chat("general");
    assertThat(f.memberships.add(general, alice.userId(), Role.WRITER)).isTrue();
    f.clock.advance(Duration.ofSeconds(1));
    assertThat(f.memberships.add(general, alice.userId(), Role.OWNER)).isFalse();
    Membership membership = f.memberships.find(general, alice.userId()).orElseThrow();
    assertThat(membership.role()).isEqualTo(Role.WRITER);
    assertThat(membership.joinedAtMillis()).isEqualTo(f.clock.millis() - 1_000);
    assertThat(membership.mutedUntilMillis()).isZero();
    assertThat(f.memberships.find(general, bob.userId())).isEmpty();
  }

  @Test
  void addsOneOfManyAtOnce() throws Exception {
    Channel general = f.chat("general");
    Callable<Boolean> attempt = () -> f.memberships.add(general, alice.userId(), Role.WRITER);
    assertThat(Race.atOnce(List.of(attempt, attempt, attempt))).containsOnlyOnce(true);
  }

  @Test
  void changesMutesAndRemovesMembers() {
    Channel general = f.chat("general");
    f.memberships.add(general, alice.userId(), Role.OWNER);
    f.memberships.add(general, bob.userId(), Role.WRITER);
    assertThat(f.memberships.countOwners(general)).isEqualTo(1);
    assertThat(f.memberships.changeRole(general, bob.userId(), Role.OWNER)).isTrue();
    assertThat(f.memberships.countOwners(general)).isEqualTo(2);
    assertThat(f.memberships.mute(general, bob.userId(), 99)).isTrue();
    Membership muted = f.memberships.find(general, bob.userId()).orElseThrow();
    assertThat(muted.role()).isEqualTo(Role.OWNER);
    assertThat(muted.mutedUntilMillis()).isEqualTo(99);
    assertThat(f.memberships.remove(general, bob.userId())).isTrue();
    assertThat(f.memberships.find(general, bob.userId())).isEmpty();
    assertThat(f.memberships.remove(general, bob.userId())).isFalse();
    assertThat(f.memberships.mute(general, bob.userId(), 1)).isFalse();
    assertThat(f.memberships.changeRole(general, bob.userId(), Role.READER)).isFalse();
    assertThat(f.memberships.countOwners(general)).isEqualTo(1);
  }

  @Test
  void seesAChangeOfRightsInTheSameTransaction() {
    Channel general = f.chat("general");
    f.memberships.add(general, alice.userId(), Role.READER);
    f.transactions.run(
        () -> {
          assertThat(roleOf(general, alice)).isEqualTo(Role.READER);
          f.memberships.changeRole(general, alice.userId(), Role.MODERATOR);
          assertThat(roleOf(general, alice)).isEqualTo(Role.MODERATOR);
          return null;
        });
  }

  @Test
  void rollsChangesOfRightsBack() {
    Channel general = f.chat("general");
    f.memberships.add(general, alice.userId(), Role.WRITER);
    assertThatThrownBy(
            () ->
                f.transactions.run(
                    () -> {
                      f.memberships.remove(general, alice.userId());
                      f.memberships.add(general, bob.userId(), Role.OWNER);
                      throw new IllegalStateException("the use case failed");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(roleOf(general, alice)).isEqualTo(Role.WRITER);
    assertThat(f.memberships.find(general, bob.userId())).isEmpty();
  }

  /** The same as one by one, for every combination of users, channels and organizations. */
  @Test
  void showsManyUsersManyChannelsAtOnce() {
    String elsewhere = "elsewhere-" + f.organization;
    f.organizations.ensure(elsewhere);
    List<ChannelName> names = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      names.add(new ChannelName("channel" + i));
    }
    List<UserId> users = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      users.add(new UserId("user" + i));
    }
    for (String organization : List.of(f.organization, elsewhere)) {
      for (ChannelName name : names.subList(0, 4)) { // the fifth does not exist
        Channel channel =
            f.channels.create(
                new Channel(
                    new ChannelKey(organization, name),
                    ChannelKind.CHAT,
                    Visibility.PRIVATE,
                    organization,
                    ChannelPolicy.DEFAULT,
                    f.clock.millis()));
        for (int i = 0; i < users.size(); i += names.indexOf(name) + 1) {
          f.memberships.add(channel, users.get(i), i % 2 == 0 ? Role.WRITER : Role.OWNER);
        }
      }
    }
    List<ViewQuestion> questions = new ArrayList<>();
    for (UserId user : users) {
      questions.add(new ViewQuestion(f.organization, user, Set.copyOf(names)));
      questions.add(new ViewQuestion(elsewhere, user, Set.of(names.get(1), names.get(4))));
    }
    List<Map<ChannelName, ChannelView>> together = f.channels.views(questions);
    for (int i = 0; i < questions.size(); i++) {
      ViewQuestion question = questions.get(i);
      Map<ChannelName, ChannelView> alone = f.channels.views(List.of(question)).get(0);
      for (ChannelName name : names) {
        Optional<String> expected =
            question.names().contains(name)
                ? f.channels
                    .view(new ChannelKey(question.organization(), name), question.user())
                    .map(this::text)
                : Optional.empty();
        assertThat(Optional.ofNullable(together.get(i).get(name)).map(this::text))
            .as("%s in %s", question.user(), name)
            .isEqualTo(expected);
        assertThat(Optional.ofNullable(alone.get(name)).map(this::text)).isEqualTo(expected);
      }
    }
    assertThat(together.get(0)).hasSize(4);
    assertThat(together.get(1)).hasSize(1);
  }

  private String text(ChannelView view) {
    return view.channel().key()
        + " "
        + view.channel().title()
        + view.membership().map(m -> " " + m.user() + " " + m.role()).orElse("");
  }

  @Test
  void listsMembersWithNamesAndMarks() {
    Channel general = f.chat("general");
    f.users.provision(alice);
    f.stored(send(general, alice, "1"));
    f.memberships.add(general, bob.userId(), Role.WRITER);
    f.memberships.add(general, alice.userId(), Role.OWNER);
    f.memberships.add(general, new UserId("carol"), Role.READER);
    f.memberships.mute(general, bob.userId(), 5);
    List<Member> members = f.memberships.list(general, "", 10);
    assertThat(members)
        .containsExactly(
            new Member(
                alice.userId(),
                "Alice",
                "https://img.example/alice",
                Role.OWNER,
                0,
                f.clock.millis(),
                1),
            new Member(bob.userId(), "bob", "", Role.WRITER, 5, f.clock.millis(), 1),
            new Member(new UserId("carol"), "carol", "", Role.READER, 0, f.clock.millis(), 1));
    assertThat(f.memberships.list(general, "alice", 1))
        .extracting(member -> member.user().value())
        .containsExactly("bob");
    assertThat(
            f.memberships.membersAmong(
                general, List.of(alice.userId(), new UserId("dave"), bob.userId())))
        .containsExactlyInAnyOrder(alice.userId(), bob.userId());
    assertThat(f.memberships.membersAmong(general, List.of())).isEmpty();
  }

  @Test
  void listsTheChannelsOfAUserInOneOrganization() {
    Channel general = f.chat("general");
    Channel board = f.channel("board", ChannelKind.CHAT, Visibility.PRIVATE, ChannelPolicy.DEFAULT);
    f.chat("random");
    Fixture other = new Fixture(database);
    other.memberships.add(other.chat("elsewhere"), alice.userId(), Role.WRITER);
    f.memberships.add(general, alice.userId(), Role.WRITER);
    f.memberships.add(board, alice.userId(), Role.WRITER);
    assertThat(f.memberships.channelsOf(f.organization, alice.userId(), 10))
        .containsExactly(board.key(), general.key());
    assertThat(f.memberships.channelsOf(f.organization, alice.userId(), 1))
        .containsExactly(board.key());
  }

  // ---- read marks

  @Test
  void readsTheMarksOfManyChannels() {
    Channel general = f.chat("general");
    Channel random = f.chat("random");
    f.stored(send(general, bob, "1"));
    f.memberships.advanceReadOffset(general, alice.userId(), 1);
    assertThat(f.memberships.readOffsets(alice.userId(), List.of(general.id(), random.id())))
        .isEqualTo(Map.of(general.id(), 1L));
    assertThat(f.memberships.readOffsets(bob.userId(), List.of(general.id()))).isEmpty();
    assertThat(f.memberships.readOffsets(alice.userId(), List.of())).isEmpty();
  }

  @Test
  void keepsAReadersMarkWhenTheReaderBecomesAMember() {
    Channel general = f.chat("general");
    f.stored(send(general, bob, "1"));
    f.stored(send(general, bob, "2"));
    f.memberships.advanceReadOffset(general, alice.userId(), 1);
    f.memberships.add(general, alice.userId(), Role.WRITER);
    assertThat(f.memberships.readOffset(general, alice.userId())).isEqualTo(1);
    f.memberships.add(general, new UserId("carol"), Role.WRITER);
    assertThat(f.memberships.readOffset(general, new UserId("carol"))).isEqualTo(2);
  }

  private Role roleOf(Channel channel, Identity who) {
    return f.memberships.find(channel, who.userId()).orElseThrow().role();
  }

  private static List<String> namesOf(List<Channel> channels) {
    return channels.stream().map(channel -> channel.key().name().value()).toList();
  }
}
