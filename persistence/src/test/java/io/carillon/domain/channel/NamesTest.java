package io.carillon.domain.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.UserId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "general",
        "a/b c?d#e%",
        "\u00e9t\u00e9",
        "\ud83d\udd14",
        "'; drop table channel; --",
        "\u202etxt"
      })
  void takesNamesOfAllScripts(String name) {
    assertThat(new ChannelName(name).value()).isEqualTo(name);
    assertThat(new UserId(name).value()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        " a",
        "a ",
        "a\u0000",
        "a\nb",
        "a\u007f",
        "a\u0085",
        "a\u2028b",
        "\ud83d",
        "a\udd14"
      })
  void refusesNamesThatCouldBreakAStreamOrAStatement(String name) {
    assertMalformed(() -> new ChannelName(name));
    assertMalformed(() -> new UserId(name));
  }

  @Test
  void boundsNames() {
    assertThat(new ChannelName("x".repeat(200)).value()).hasSize(200);
    assertMalformed(() -> new ChannelName("x".repeat(201)));
    assertThat(new UserId("x".repeat(64)).value()).hasSize(64);
    assertMalformed(() -> new UserId("x".repeat(65)));
    assertMalformed(() -> new ChannelName(null));
    assertMalformed(() -> new UserId(null));
  }

  @Test
  void takesOneSpellingOfAName() {
    assertMalformed(() -> new ChannelName("e\u0301te\u0301")); // not normal form C
    assertThat(new ChannelName("\u00e9t\u00e9")).isEqualTo(new ChannelName("\u00e9t\u00e9"));
  }

  @Test
  void knowsReservedNames() {
    assertThat(ChannelName.inboxOf(new UserId("bob")).isReserved()).isTrue();
    assertThat(ChannelName.announcementsOf("acme").isReserved()).isTrue();
    assertThat(new ChannelName("users").isReserved()).isFalse();
  }

  @Test
  void readsBackTheCursorsItWrites() {
    for (long offset : new long[] {0, 1, Channel.MAX_OFFSET, 999_999_999_999_999_999L}) {
      Cursor cursor = new Cursor("k3x9", offset);
      assertThat(Cursor.parse(cursor.toString())).contains(cursor);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "k3",
        "k3-",
        "-1",
        "k3--1",
        "K3-1",
        "k3-1 ",
        "k3-1a",
        "k3-9999999999999999999",
        "abcdefghijklm-1",
        "k3-\u0661",
        "k3_1",
        "k\u00e9-1",
        "k3-1-1"
      })
  void readsNoCursorFromAnythingElse(String text) {
    assertThat(Cursor.parse(text)).isEmpty();
  }

  private static void assertMalformed(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
  }
}
