package io.carillon.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.bus.Bus;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.channel.MembershipRepository;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ReadMarksTest {
  private static final long END = 100;
  private static final ChannelName GENERAL = new ChannelName("general");

  private final List<Signal> told = new ArrayList<>();
  private final Map<String, Long> marks = new HashMap<>();
  private int asked;
  private Instant now = Instant.parse("2026-01-05T10:00:00Z");
  private final ReadMarks readMarks;

  ReadMarksTest() {
    Clock clock =
        new Clock() {
          @Override
          public Instant instant() {
            return now;
          }

          @Override
          public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            throw new UnsupportedOperationException();
          }
        };
    ChannelRepository channels =
        only(ChannelRepository.class, "view", arguments -> view((ChannelKey) arguments[0]));
    MembershipRepository members =
        only(
            MembershipRepository.class,
            "advanceReadOffset",
            arguments ->
                advance((Channel) arguments[0], (UserId) arguments[1], (long) arguments[2]));
    Bus bus =
        only(
            Bus.class,
            "publish",
            arguments -> {
              ((List<?>) arguments[0]).forEach(event -> told.add((Signal) event));
              return null;
            });
    readMarks = new ReadMarks(new ChannelDirectory(channels, clock), members, bus, clock);
  }

  private interface Answer {
    Object to(Object[] arguments);
  }

  /** A fake that answers one method; any other call fails the test. */
  private static <T> T only(Class<T> type, String method, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, called, arguments) -> {
              if (!called.getName().equals(method)) {
                throw new AssertionError("unexpected: " + called);
              }
              return answer.to(arguments);
            }));
  }

  private static Optional<ChannelView> view(ChannelKey key) {
    return switch (key.name().value()) {
      case "general" -> Optional.of(new ChannelView(channel(key, ChannelKind.CHAT, true)));
      case "board" -> Optional.of(new ChannelView(channel(key, ChannelKind.CHAT, false)));
      case "cursors" -> Optional.of(new ChannelView(channel(key, ChannelKind.EPHEMERAL, true)));
      case "user:alice" -> Optional.of(new ChannelView(Channel.inbox(key, 0)));
      case "org:demo" -> Optional.of(new ChannelView(Channel.announcements(key, 0)));
      default -> Optional.empty();
    };
  }

  private static Channel channel(ChannelKey key, ChannelKind kind, boolean isPublic) {
    Visibility visibility = isPublic ? Visibility.PUBLIC : Visibility.PRIVATE;
    return new Channel(key, kind, visibility, "", ChannelPolicy.DEFAULT, 0);
  }

  private OptionalLong advance(Channel channel, UserId user, long offset) {
    asked++;
    long to = Math.min(offset, END);
    Long before = marks.put(channel.key() + " " + user, to);
    if (before != null && before >= to) {
      marks.put(channel.key() + " " + user, before);
      return OptionalLong.empty();
    }
    return OptionalLong.of(to);
  }

  private static Identity user(String id) {
    return identity(id, Identity.Kind.USER);
  }

  private static Identity identity(String id, Identity.Kind kind) {
    return new Identity(
        "demo", new UserId(id), id, "", OrganizationRole.MEMBER, "", Instant.MAX, kind);
  }

  private void assertRefused(ErrorCode code, String channel, long offset) {
    assertThatThrownBy(() -> readMarks.read(user("alice"), new ChannelName(channel), offset))
        .isInstanceOfSatisfying(RealtimeException.class, e -> assertThat(e.code()).isEqualTo(code));
    assertThat(told).isEmpty();
    assertThat(asked).isZero();
  }

  @Test
  void tellsTheChannelOfAMarkThatMoved() {
    readMarks.read(user("alice"), GENERAL, 7);
    assertThat(told)
        .containsExactly(
            new Signal(
                new ChannelKey("demo", GENERAL),
                Signal.Type.READ,
                "{\"channelId\":\"general\",\"userId\":\"alice\",\"offset\":7}",
                "alice"));
  }

  @Test
  void tellsWhereTheMarkWentWhenTheLogEndsBefore() {
    readMarks.read(user("alice"), GENERAL, Long.MAX_VALUE);
    assertThat(told.get(0).data()).endsWith("\"offset\":100}");
  }

  @Test
  void tellsNothingOfWhatDoesNotMoveAndAsksNoDatabaseAboutRepeats() {
    readMarks.read(user("alice"), GENERAL, 7);
    told.clear();
    for (int i = 0; i < 1_000; i++) {
      readMarks.read(user("alice"), GENERAL, i % 8);
    }
    assertThat(told).isEmpty();
    assertThat(asked).isEqualTo(1);
    marks.put("demo/general bob", 50L); // moved by another node
    readMarks.read(user("bob"), GENERAL, 40);
    assertThat(told).isEmpty();
  }

  @Test
  void refusesWhoMayNotReadAndWhatIsNoOffset() {
    assertRefused(ErrorCode.FORBIDDEN, "board", 1);
    assertRefused(ErrorCode.FORBIDDEN, "nowhere", 1);
    assertRefused(ErrorCode.FORBIDDEN, "user:bob", 1);
    assertRefused(ErrorCode.MALFORMED, "general", -1);
  }

  @Test
  void marksNothingWhereThereIsNoLogAndForPrograms() {
    readMarks.read(user("alice"), new ChannelName("cursors"), 7);
    readMarks.read(identity("reporter", Identity.Kind.API_KEY), GENERAL, 7);
    assertThat(told).isEmpty();
    assertThat(asked).isZero();
  }

  @Test
  void tellsOnlyTheReadersOwnDevicesAboutAnnouncementsAndTheInbox() {
    readMarks.read(user("alice"), new ChannelName("org:demo"), 3);
    readMarks.read(user("alice"), new ChannelName("user:alice"), 4);
    assertThat(told)
        .extracting(signal -> signal.channel().name().value())
        .containsExactly("user:alice", "user:alice");
    assertThat(told.get(0).data()).contains("\"channelId\":\"org:demo\"");
  }

  @Test
  void doesNotTellEverybodyOfEverybodyWhenThousandsReadAtOnce() {
    for (int i = 0; i < 1_000; i++) {
      readMarks.read(user("user" + i), GENERAL, 9);
    }
    assertThat(told).hasSize(1_000);
    assertThat(told.stream().filter(s -> s.channel().name().equals(GENERAL)))
        .hasSize(ReadMarks.TOLD_TO_ALL_PER_SECOND);
    assertThat(told.get(999).channel().name()).hasToString("user:user999");
    told.clear();
    now = now.plusSeconds(1);
    readMarks.read(user("late"), GENERAL, 9);
    assertThat(told.get(0).channel().name()).isEqualTo(GENERAL);
  }
}
