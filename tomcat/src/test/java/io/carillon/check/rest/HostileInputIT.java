package io.carillon.check.rest;

import static io.carillon.check.rest.RestServer.fresh;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.error.ErrorCode;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Input made to hurt: each gets its code, quickly, and the server goes on as before. */
@ExtendWith(RestServer.Extension.class)
class HostileInputIT {
  /** Far more than any of these needs, far less than what they are meant to cost. */
  private static final Duration QUICKLY = Duration.ofSeconds(5);

  private static RestServer server;
  private static Contract contract;
  private static Api ann;
  private static String messages;

  @BeforeAll
  static void open(RestServer shared) {
    server = shared;
    contract = shared.contract();
    ann = shared.user("ann");
    String name = fresh("hostile");
    ann.post("/api/channels", new JsonObject().put("channelId", name).put("visibility", "PUBLIC"))
        .isOk(201);
    messages = "/api/channels/" + name + "/messages";
  }

  private static Answer quickly(java.util.function.Supplier<Answer> request) {
    long began = System.nanoTime();
    Answer answer = request.get();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(QUICKLY);
    return answer;
  }

  private static void refused(ErrorCode code, String body) {
    contract.check(quickly(() -> ann.send("POST", messages, body)).isRefused(code));
    ann.post(messages, new JsonObject().put("content", "still here")).isOk(201);
  }

  @Test
  void refusesDepth() {
    refused(ErrorCode.MALFORMED, "{\"name\":\"x\",\"payload\":" + "[".repeat(60_000));
    refused(ErrorCode.MALFORMED, "{\"payload\":".repeat(5_000));
    refused(ErrorCode.TOO_LARGE, "{\"name\":\"x\",\"payload\":" + "[".repeat(100_000));
    refused(ErrorCode.MALFORMED, nested(64));
    ann.send("POST", messages, nested(63)).isOk(201);
  }

  /** The object itself is one level more. */
  private static String nested(int levels) {
    return "{\"name\":\"x\",\"payload\":" + "[".repeat(levels) + "]".repeat(levels) + '}';
  }

  @Test
  void refusesAMegabyteOfEscapes() {
    refused(ErrorCode.TOO_LARGE, "{\"content\":\"" + "\\u0061".repeat(170_000) + "\"}");
    ann.send("POST", messages, "{\"content\":\"" + "\\u0001".repeat(10_000) + "\"}").isOk(201);
  }

  @Test
  void refusesMembersThatComeTwice() {
    refused(ErrorCode.MALFORMED, "{\"content\":\"a\",\"content\":\"b\"}");
    refused(ErrorCode.MALFORMED, "{\"content\":\"a\",\"\\u0063ontent\":\"b\"}");
    refused(ErrorCode.MALFORMED, "{\"name\":\"x\",\"payload\":{\"a\":1,\"a\":2}}");
  }

  @Test
  void bearsManyMembers() {
    StringBuilder members = new StringBuilder("{\"content\":\"many\"");
    for (int i = 0; members.length() < 65_000; i++) {
      members.append(",\"m").append(i).append("\":0");
    }
    ann.send("POST", messages, members.append('}').toString()).isOk(201);
  }

  @Test
  void bearsHugeNumbersAndKeepsThemAsTheyAre() {
    String digits = "9".repeat(100);
    Answer kept =
        ann.send("POST", messages, "{\"name\":\"n\",\"payload\":[" + digits + ",1e999999999]}")
            .isOk(201);
    assertThat(kept.text()).contains(digits, "1E+999999999");
    refused(ErrorCode.MALFORMED, "{\"name\":\"n\",\"payload\":" + "9".repeat(60_000) + '}');
    refused(ErrorCode.MALFORMED, "{\"name\":\"n\",\"payload\":1e9999999999999}");
    for (String number : List.of("1e30", "1.5", "-1", "99999999999999999999", "\"1\"", "[1]")) {
      contract.check(
          ann.send("PATCH", messages + "/x", "{\"content\":\"c\",\"version\":" + number + '}')
              .isRefused(number.equals("-1") ? ErrorCode.NOT_FOUND : ErrorCode.MALFORMED));
    }
  }

  @Test
  void refusesHalfCharactersAndBytesThatAreNoUtf8() {
    refused(ErrorCode.MALFORMED, "{\"content\":\"\\ud800\"}");
    refused(ErrorCode.MALFORMED, "{\"content\":\"\\udc00\\ud800\"}");
    refused(ErrorCode.MALFORMED, "{\"name\":\"x\",\"payload\":{\"\\ud800\":1}}");
    for (byte[] bad :
        List.of(
            new byte[] {(byte) 0xff},
            new byte[] {(byte) 0xc0, (byte) 0xaf}, // overlong
            new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, // a surrogate
            new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, // beyond U+10FFFF
            new byte[] {(byte) 0xe2, (byte) 0x82})) { // cut off
      byte[] body = concat("{\"content\":\"", bad, "\"}");
      contract.check(
          ann.send("POST", messages, "application/json", body).isRefused(ErrorCode.MALFORMED));
    }
  }

  private static byte[] concat(String before, byte[] middle, String after) {
    byte[] start = before.getBytes(StandardCharsets.UTF_8);
    byte[] end = after.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[start.length + middle.length + end.length];
    System.arraycopy(start, 0, all, 0, start.length);
    System.arraycopy(middle, 0, all, start.length, middle.length);
    System.arraycopy(end, 0, all, start.length + middle.length, end.length);
    return all;
  }

  @Test
  void storesNothingThatIsNotTheSendersToSay() {
    Answer sent =
        ann.send(
                "POST",
                messages,
                "{\"content\":\"mine\",\"authorId\":\"boss\",\"author\":{\"id\":\"boss\"},"
                    + "\"offset\":9000,\"revision\":9000,\"id\":\"x\",\"createdAt\":\"2000-01-01\","
                    + "\"version\":7,\"channelId\":\"general\",\"role\":\"OWNER\","
                    + "\"organization\":\"other\",\"deleted\":true,\"position\":\"x-1\"}")
            .isOk(201);
    JsonObject stored = ann.get(messages + "?limit=1").list("messages").get(0);
    assertThat(stored.string("id")).contains(sent.string("id"));
    assertThat(stored.string("authorId")).contains("ann");
    assertThat(stored.whole("offset").orElseThrow()).isLessThan(9000);
    assertThat(stored.whole("version")).hasValue(1);
    assertThat(stored.requireString("createdAt")).doesNotStartWith("2000");
    assertThat(messages).contains(stored.requireString("channelId"));

    String list = "/api/lists/todos/todos";
    Answer todo =
        ann.send(
                "POST",
                list,
                "{\"text\":\"t\",\"completed\":true,\"version\":5,\"id\":\"x\",\"extra\":1}")
            .isOk(201);
    assertThat(todo.json().bool("completed")).contains(false);
    assertThat(todo.json().whole("version")).hasValue(1);
    contract.check(todo);
    Answer changed =
        ann.send(
                "PATCH",
                list + '/' + todo.string("id"),
                "{\"text\":\"u\",\"id\":\"x\",\"createdAt\":\"y\",\"extra\":1}")
            .isOk(200);
    contract.check(changed);
    assertThat(changed.string("id")).isEqualTo(todo.string("id"));
  }

  @Test
  void aTodoCannotBeDressedUpThroughTheMessagesOfItsChannel() {
    Answer sent =
        ann.send(
                "POST",
                "/api/channels/todos/messages",
                "{\"name\":\"todo\",\"payload\":{\"text\":\"t\",\"completed\":false,"
                    + "\"id\":\"evil\",\"version\":99,\"createdAt\":\"x\"}}")
            .isOk(201);
    Answer listed = contract.check(ann.get("/api/lists/todos/todos").isOk(200));
    assertThat(listed.text()).doesNotContain("evil");
    ann.delete("/api/lists/todos/todos/" + sent.string("id")).isOk(204);
  }

  /** Every member of every body in turn is something else: refused or taken, never a failure. */
  @Test
  void noValueOfAnyMemberMakesTheServerFail() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Object> values = new ArrayList<>();
    for (String json :
        List.of(
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1",
            "2147483648",
            "9223372036854775808",
            "1e400",
            "0.5",
            "\"\"",
            "\" \"",
            "\"x\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"2026-01-01T00:00:00Z\"",
            "\"-999999999-01-01T00:00:00Z\"",
            "\"+999999999-12-31T23:59:59Z\"",
            "\"P1D\"",
            "\"PT-1S\"",
            "\"P99999999999D\"",
            "\"FOREVER\"",
            "\"OWNER\"",
            "\"ınbox\"",
            "\"user:x\"",
            "\"http://x/y\"",
            "[]",
            "[null]",
            "[1,\"x\",{}]",
            "{}",
            "{\"history\":1}",
            "{\"history\":\"P1Y\"}",
            "{\"slowModeSeconds\":1e3}",
            "{\"maxMessageBytes\":-1}",
            "{\"publish\":\"NOBODY\"}")) {
      values.add(((List<?>) Json.parse('[' + json + ']')).get(0));
    }
    values.add("x".repeat(50_000));
    values.add("\uD83D\uDE00".repeat(100));
    Api boss = server.admin("boss");
    String channel = fresh("fuzzed"); // some of it archives the channel, or closes it
    boss.post("/api/channels", new JsonObject().put("channelId", channel)).isOk(201);
    int tried = 0;
    for (Contract.Operation operation : contract.operations()) {
      if (operation.body() == null || operation.path().equals("/api/login")) {
        continue; // logins are counted against guessing
      }
      for (String member : contract.knownMembers(operation.body())) {
        for (Object value : values) {
          JsonObject body = new JsonObject();
          for (String other : contract.knownMembers(operation.body())) {
            if (random.nextBoolean()) {
              body.put(other, values.get(random.nextInt(values.size())));
            }
          }
          body.put(member, value);
          if (body.has("channelId")) {
            body.put("channelId", fresh("fuzz")); // or every name would be a new channel
          }
          String path =
              operation
                  .path()
                  .replace("{channel}", channel)
                  .replace("{list}", "todos")
                  .replace("{userId}", "zoe")
                  .replaceAll("\\{[^}]*}", "01a210cd-ae22-70d0-a592-cb649c13f7dd");
          Answer answer = boss.send(operation.method(), path, body);
          tried++;
          assertThat(answer.status())
              .as(() -> "seed " + seed + ": " + body + "\n" + answer)
              .isLessThan(500);
          answer.tellsNothing();
          contract.check(answer);
        }
      }
    }
    assertThat(tried).isGreaterThan(1_000);
    server.anybody().get("/health/ready").isOk(200);
  }
}
