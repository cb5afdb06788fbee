package io.carillon.domain.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChannelTest {
  private static final ChannelKey KEY = new ChannelKey("acme", new ChannelName("general"));

  @Test
  void beginsWithAnEmptyLogOfItsOwnEpoch() {
    Set<String> epochs = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      Channel channel = channel();
      assertThat(channel.position().offset()).isZero();
      assertThat(channel.epoch()).matches("[a-z0-9]{4}");
      assertThat(Cursor.parse(channel.position().toString())).contains(channel.position());
      epochs.add(channel.epoch());
    }
    assertThat(epochs).hasSizeGreaterThan(40);
  }

  @Test
  void changesByWhatHappensToIt() {
    Channel channel = channel();
    channel.rename("Everybody");
    channel.describe("What concerns all");
    channel.show(Visibility.PRIVATE);
    channel.archive();
    ChannelPolicy policy =
        new ChannelPolicy(0, PublishPolicy.MODERATORS, 100, 5, ConflictRule.LAST_WRITE_WINS);
    channel.adopt(policy);
    assertThat(channel.title()).isEqualTo("Everybody");
    assertThat(channel.topic()).isEqualTo("What concerns all");
    assertThat(channel.policy()).isEqualTo(policy);
    assertThat(channel.rules())
        .isEqualTo(new ChannelRules(KEY, ChannelKind.CHAT, Visibility.PRIVATE, true, policy));
    channel.restore();
    assertThat(channel.isArchived()).isFalse();
  }

  @Test
  void refusesTextThatDoesNotFit() {
    Channel channel = channel();
    assertCode(() -> channel.rename("x".repeat(Channel.MAX_TITLE + 1)), ErrorCode.TOO_LARGE);
    assertCode(() -> channel.rename("a\u0000b"), ErrorCode.MALFORMED);
    assertCode(() -> channel.describe("x".repeat(Channel.MAX_TOPIC + 1)), ErrorCode.TOO_LARGE);
    channel.rename("x".repeat(Channel.MAX_TITLE));
    channel.describe("x".repeat(Channel.MAX_TOPIC));
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, 0, true",
    "-2, 0, 0, false",
    "3153600000000, 0, 0, true",
    "3153600000001, 0, 0, false",
    "0, 1000000, 86400000, true",
    "0, 1000001, 0, false",
    "0, -1, 0, false",
    "0, 0, 86400001, false",
    "0, 0, -1, false",
  })
  void boundsPolicies(long historyMillis, int bytes, long slowModeMillis, boolean valid) {
    if (valid) {
      new ChannelPolicy(
          historyMillis, PublishPolicy.EVERYONE, bytes, slowModeMillis, ConflictRule.VERSIONED);
    } else {
      assertCode(
          () ->
              new ChannelPolicy(
                  historyMillis,
                  PublishPolicy.EVERYONE,
                  bytes,
                  slowModeMillis,
                  ConflictRule.VERSIONED),
          ErrorCode.MALFORMED);
    }
  }

  private static Channel channel() {
    return new Channel(
        KEY, ChannelKind.CHAT, Visibility.PUBLIC, "General", ChannelPolicy.DEFAULT, 1);
  }

  private static void assertCode(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, ErrorCode code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(RealtimeException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
