package io.carillon.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.application.Draft;
import io.carillon.application.HistoryRequest.Direction;
import io.carillon.application.Since;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.user.UserId;
import io.carillon.gateway.ClientFrame;
import io.carillon.gateway.ClientFrame.Ref;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatCodecTest {
  private static final ChannelName GENERAL = new ChannelName("general");
  private static final Ref REF = new Ref("\"1\"");

  private static ClientFrame decode(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    byte[] around = new byte[utf8.length + 10];
    System.arraycopy(utf8, 0, around, 5, utf8.length);
    return ChatCodec.decode(around, 5, utf8.length);
  }

  private static ClientFrame decode(String event, String data) {
    return decode("{\"event\":\"" + event + "\",\"ref\":\"1\",\"data\":" + data + "}");
  }

  private static String general(String more) {
    return "{\"channelId\":\"general\"" + more + "}";
  }

  @Test
  void readsJoins() {
    assertThat(decode("channel:join", general("")))
        .isEqualTo(new ClientFrame.Join(REF, GENERAL, Since.none(), OptionalInt.empty()));
    assertThat(decode("channel:join", general(",\"since\":\"k3-17\",\"limit\":0,\"x\":[1]")))
        .isEqualTo(new ClientFrame.Join(REF, GENERAL, Since.text("k3-17"), OptionalInt.of(0)));
    assertThat(decode("channel:leave", general(""))).isEqualTo(new ClientFrame.Leave(REF, GENERAL));
  }

  @Test
  void readsRequestsForHistory() {
    assertThat(decode("channel:history", general("")))
        .isEqualTo(
            new ClientFrame.History(REF, GENERAL, Direction.BEFORE, OptionalLong.empty(), 50));
    assertThat(decode("channel:history", general(",\"before\":7,\"limit\":3")))
        .isEqualTo(new ClientFrame.History(REF, GENERAL, Direction.BEFORE, OptionalLong.of(7), 3));
    assertThat(decode("channel:history", general(",\"after\":0,\"limit\":100000")))
        .isEqualTo(new ClientFrame.History(REF, GENERAL, Direction.AFTER, OptionalLong.of(0), 200));
  }

  @Test
  void readsMessages() {
    assertThat(decode("message:send", general(",\"content\":\"hi \\u20ac\",\"clientId\":\"c-9\"")))
        .isEqualTo(new ClientFrame.Send(REF, GENERAL, Draft.chat("hi €", "c-9")));
    assertThat(decode("message:send", general(",\"name\":\"cursor\",\"payload\":{\"x\":1.50}")))
        .isEqualTo(new ClientFrame.Send(REF, GENERAL, new Draft("cursor", "{\"x\":1.50}", "")));
    assertThat(decode("message:send", general(",\"name\":\"cleared\",\"payload\":null")))
        .isEqualTo(new ClientFrame.Send(REF, GENERAL, new Draft("cleared", "null", "")));
    assertThat(decode("message:edit", general(",\"id\":\"m1\",\"content\":\"new\"")))
        .isEqualTo(new ClientFrame.Edit(REF, GENERAL, "m1", "\"new\"", OptionalInt.empty()));
    assertThat(decode("message:edit", general(",\"id\":\"m1\",\"payload\":[],\"version\":3")))
        .isEqualTo(new ClientFrame.Edit(REF, GENERAL, "m1", "[]", OptionalInt.of(3)));
    assertThat(decode("message:delete", general(",\"id\":\"m1\"")))
        .isEqualTo(new ClientFrame.Delete(REF, GENERAL, "m1", OptionalInt.empty()));
  }

  @Test
  void readsTheRest() {
    assertThat(decode("typing:start", general("")))
        .isEqualTo(new ClientFrame.Typing(REF, GENERAL, true));
    assertThat(decode("typing:stop", general("")))
        .isEqualTo(new ClientFrame.Typing(REF, GENERAL, false));
    assertThat(decode("read", general(",\"offset\":18")))
        .isEqualTo(new ClientFrame.Read(REF, GENERAL, 18));
    assertThat(decode("presence:get", "{\"userIds\":[\"bob\",\"carol\"]}"))
        .isEqualTo(
            new ClientFrame.PresenceOfUsers(REF, List.of(new UserId("bob"), new UserId("carol"))));
    assertThat(decode("presence:get", general("")))
        .isEqualTo(new ClientFrame.PresenceOfChannel(REF, GENERAL));
    assertThat(decode("auth:renew", "{\"token\":\"a.b.c\"}"))
        .isEqualTo(new ClientFrame.Renew(REF, "a.b.c"))
        .asString()
        .doesNotContain("a.b.c");
    assertThat(decode("{\"event\":\"ping\"}")).isEqualTo(new ClientFrame.Ping(Ref.NONE));
  }

  @Test
  void keepsTheMarkAsItWas() {
    assertThat(decode("{\"event\":\"ping\",\"ref\":7}").ref()).isEqualTo(new Ref("7"));
    assertThat(decode("{\"event\":\"ping\",\"ref\":\"\\\"é\"}").ref())
        .isEqualTo(new Ref("\"\\\"é\""));
    assertThat(decode("{\"event\":\"ping\",\"ref\":null}").ref()).isEqualTo(Ref.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "x",
        "null",
        "[]",
        "7",
        "\"text\"",
        "{}",
        "{\"event\":7}",
        "{\"event\":null}",
        "{\"event\":\"nothing\"}",
        "{\"event\":\"ping\",\"event\":\"ping\"}",
        "{\"event\":\"ping\"}{}",
        "{\"event\":\"ping\",\"data\":[]}",
        "{\"event\":\"ping\",\"ref\":{}}",
        "{\"event\":\"ping\",\"ref\":1.5}",
        "{\"event\":\"ping\",\"ref\":12345678901234567890}",
        "{\"event\":\"ping\",\"ref\":\"\\ud800\"}",
        "{\"event\":\"ping\",\"ref\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"}",
        "{\"event\":\"channel:join\"}",
        "{\"event\":\"channel:join\",\"data\":{\"channelId\":7}}",
        "{\"event\":\"channel:join\",\"data\":{\"channelId\":\"\"}}",
        "{\"event\":\"channel:join\",\"data\":{\"channelId\":\" a\"}}",
        "{\"event\":\"channel:join\",\"data\":{\"channelId\":\"a\\u0000\"}}",
        "{\"event\":\"channel:join\",\"data\":{\"channelId\":\"general\",\"limit\":-1}}",
        "{\"event\":\"channel:join\",\"data\":{\"channelId\":\"general\",\"limit\":3000000000}}",
        "{\"event\":\"channel:join\",\"data\":{\"channelId\":\"general\",\"since\":7}}",
        "{\"event\":\"channel:history\",\"data\":{\"channelId\":\"general\",\"before\":1,\"after\":1}}",
        "{\"event\":\"channel:history\",\"data\":{\"channelId\":\"general\",\"before\":-1}}",
        "{\"event\":\"channel:history\",\"data\":{\"channelId\":\"general\",\"limit\":0}}",
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\"}}",
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\",\"content\":\"\"}}",
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\",\"content\":{}}}",
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\",\"content\":\"\\udc00\"}}",
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\",\"content\":\"a\",\"name\":\"b\"}}",
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\",\"content\":\"a\",\"payload\":1}}",
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\",\"payload\":1}}",
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\",\"name\":\"b\"}}",
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\",\"name\":\"\",\"payload\":1}}",
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\",\"name\":\"b\",\"payload\":{\"\\ud800\":1}}}",
        "{\"event\":\"message:edit\",\"data\":{\"channelId\":\"general\",\"content\":\"a\"}}",
        "{\"event\":\"message:edit\",\"data\":{\"channelId\":\"general\",\"id\":\"\",\"content\":\"a\"}}",
        "{\"event\":\"message:delete\",\"data\":{\"channelId\":\"general\",\"id\":7}}",
        "{\"event\":\"read\",\"data\":{\"channelId\":\"general\"}}",
        "{\"event\":\"read\",\"data\":{\"channelId\":\"general\",\"offset\":-1}}",
        "{\"event\":\"read\",\"data\":{\"channelId\":\"general\",\"offset\":1.5}}",
        "{\"event\":\"presence:get\",\"data\":{}}",
        "{\"event\":\"presence:get\",\"data\":{\"userIds\":[7]}}",
        "{\"event\":\"auth:renew\",\"data\":{}}"
      })
  void refusesAnythingElse(String text) {
    assertThat(decode(text)).isInstanceOf(ClientFrame.Invalid.class);
    assertThat(((ClientFrame.Invalid) decode(text)).reason().code()).isEqualTo(ErrorCode.MALFORMED);
  }

  @Test
  void refusesWhatIsNestedTooDeeply() {
    for (int depth : new int[] {65, 1_000, 100_000}) {
      String nested = "[".repeat(depth) + "]".repeat(depth);
      assertThat(decode("{\"ref\":\"1\",\"event\":\"ping\",\"x\":" + nested + "}"))
          .isInstanceOf(ClientFrame.Invalid.class)
          .extracting(ClientFrame::ref)
          .isEqualTo(REF);
    }
  }

  @Test
  void findsTheMarkOfAFrameThatIsBroken() {
    assertThat(decode("{\"ref\":\"1\",\"event\":\"message:send\",\"data\":{\"con").ref())
        .isEqualTo(REF);
    assertThat(decode("{\"event\":\"ping\",\"x\":{\"ref\":\"no\"},\"ref\":12,").ref())
        .isEqualTo(new Ref("12"));
    assertThat(decode("{\"event\":\"nothing\",\"ref\":\"1\"}").ref()).isEqualTo(REF);
    assertThat(decode("{\"x\":\"" + "y".repeat(100)).ref()).isEqualTo(Ref.NONE);
  }

  /** Whatever comes, a frame comes out. */
  @Test
  void isTotal() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    String[] seeds = {
      "{\"event\":\"message:send\",\"ref\":\"2\",\"data\":{\"channelId\":\"general\",\"content\":\"héllo\",\"clientId\":\"c-9\"}}",
      "{\"event\":\"channel:join\",\"ref\":1,\"data\":{\"channelId\":\"general\",\"since\":\"k3-17\",\"limit\":5}}",
      "{\"event\":\"presence:get\",\"data\":{\"userIds\":[\"a\",\"b\"]}}",
      "{\"event\":\"message:send\",\"data\":{\"channelId\":\"g\",\"name\":\"n\",\"payload\":[1e3,{\"a\":null}]}}"
    };
    for (int trial = 0; trial < 20_000; trial++) {
      byte[] bytes = seeds[random.nextInt(seeds.length)].getBytes(StandardCharsets.UTF_8);
      for (int change = random.nextInt(4); change >= 0; change--) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(3)) {
          case 0 -> bytes[at] = (byte) random.nextInt(256);
          case 1 -> bytes[at] = (byte) "{}[]\",:\\0e-".charAt(random.nextInt(11));
          default -> {
            byte[] cut = new byte[1 + at];
            System.arraycopy(bytes, 0, cut, 0, cut.length);
            bytes = cut;
          }
        }
      }
      byte[] tried = bytes;
      assertThat(ChatCodec.decode(tried, 0, tried.length))
          .as(() -> "seed " + seed + ": " + new String(tried, StandardCharsets.ISO_8859_1))
          .isNotNull();
    }
  }
}
