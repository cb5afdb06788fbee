package io.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Publication.Change;
import io.carillon.domain.message.Signal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EventJsonTest {
  private static final long CREATED = Instant.parse("2026-01-05T10:00:00Z").toEpochMilli();
  private static final long EDITED = Instant.parse("2026-01-05T10:00:01.5Z").toEpochMilli();

  @Test
  void writesAChatMessage() {
    Publication message = event(ChannelKind.CHAT, Change.CREATED, "message", "\"Grüße\\n\"");

    assertThat(EventJson.event(message)).isEqualTo("message:new");
    assertThat(data(message))
        .isEqualTo(
            """
            {"id":"m1","channelId":"general","offset":18,"revision":18,"content":"Grüße\\n",\
            "authorId":"bob","author":{"id":"bob","name":"Bob","avatarUrl":null},\
            "clientId":"c-9","createdAt":"2026-01-05T10:00:00.000Z","version":1}""");
  }

  @Test
  void writesAnEventOfAnotherNameWithItsPayload() {
    Publication event = event(ChannelKind.EPHEMERAL, Change.CREATED, "cursor", "{\"x\":1.50}", 0);

    assertThat(data(event))
        .startsWith("{\"id\":\"m1\",\"channelId\":\"general\",\"name\":\"cursor\"")
        .contains("\"payload\":{\"x\":1.50}")
        .doesNotContain("offset", "revision", "content");
  }

  @Test
  void writesAnEditWithItsTimeAndADeletionWithoutContent() {
    Publication edited = event(ChannelKind.CHAT, Change.UPDATED, "message", "\"new\"");
    Publication deleted = event(ChannelKind.CHAT, Change.DELETED, "message", "null");

    assertThat(EventJson.event(edited)).isEqualTo("message:updated");
    assertThat(data(edited)).contains("\"editedAt\":\"2026-01-05T10:00:01.500Z\"");
    assertThat(EventJson.event(deleted)).isEqualTo("message:deleted");
    assertThat(data(deleted))
        .isEqualTo(
            """
            {"id":"m1","channelId":"general","offset":18,"revision":18,"deleted":true}""");
  }

  @Test
  void writesANotificationFlat() {
    String payload =
        """
        {"type":"invoice","title":"Due","message":"Tomorrow","url":"/i/7","more":[1]}""";
    Publication entry = event(ChannelKind.INBOX, Change.CREATED, "notification", payload);

    assertThat(EventJson.event(entry)).isEqualTo("notification");
    assertThat(data(entry))
        .isEqualTo(
            """
            {"id":"m1","type":"invoice","title":"Due","message":"Tomorrow","url":"/i/7",\
            "createdAt":"2026-01-05T10:00:00.000Z"}""");
    assertThat(typed(entry))
        .isEqualTo(
            """
            {"type":"notification","id":"m1","kind":"invoice","title":"Due","message":"Tomorrow",\
            "url":"/i/7","createdAt":"2026-01-05T10:00:00.000Z"}""");
  }

  @Test
  void writesNullForWhatANotificationLacks() {
    String expected =
        """
        {"id":"m1","type":null,"title":null,"message":null,"url":null,\
        "createdAt":"2026-01-05T10:00:00.000Z"}""";
    for (String payload : new String[] {"{}", "[]", "7", "\"text\"", "{\"title\":{\"a\":1}}"}) {
      Publication entry = event(ChannelKind.ANNOUNCEMENTS, Change.CREATED, "x", payload);
      assertThat(EventJson.event(entry)).isEqualTo("announcement");
      assertThat(data(entry)).as(payload).isEqualTo(expected);
    }
  }

  @Test
  void tellsOfAnInboxEntrysState() {
    Publication marked =
        new Publication(
            key(),
            ChannelKind.INBOX,
            "k3",
            19,
            18,
            Change.UPDATED,
            "m1",
            "notification",
            "{}",
            "bob",
            "Bob",
            "",
            "",
            CREATED,
            0,
            1,
            InboxState.READ);

    assertThat(EventJson.event(marked)).isEqualTo("notification:updated");
    assertThat(data(marked))
        .isEqualTo(
            """
            {"id":"m1","state":"READ","seen":true,"read":true,"acknowledged":false}""");
  }

  @Test
  void writesAnItemOfAList() {
    Publication created =
        event(ChannelKind.LIST, Change.CREATED, "todo", "{\"text\":\"milk\",\"completed\":true}");
    Publication deleted = event(ChannelKind.LIST, Change.DELETED, "todo", "null");
    Publication strange = event(ChannelKind.LIST, Change.UPDATED, "todo", "{\"id\":\"other\"}");

    assertThat(todo(created))
        .isEqualTo(
            """
            {"type":"todo:created","todo":{"id":"m1","text":"milk","completed":true,"version":1,\
            "createdAt":"2026-01-05T10:00:00.000Z"}}""");
    assertThat(todo(deleted)).isEqualTo("{\"type\":\"todo:deleted\",\"todoId\":\"m1\"}");
    assertThat(todo(strange))
        .startsWith(
            "{\"type\":\"todo:updated\",\"todo\":{\"id\":\"m1\",\"text\":\"\",\"completed\":false");
  }

  @Test
  void passesASignalOn() {
    Signal typing =
        new Signal(key(), Signal.Type.TYPING, "{\"userId\":\"bob\",\"isTyping\":true}", "bob");

    assertThat(EventJson.event(typing)).isEqualTo("typing:update");
    assertThat(data(typing)).isEqualTo("{\"userId\":\"bob\",\"isTyping\":true}");
    assertThat(typed(typing))
        .isEqualTo("{\"type\":\"typing:update\",\"userId\":\"bob\",\"isTyping\":true}");
  }

  private static String data(ChannelEvent event) {
    return text(EventJson.bytes(out -> EventJson.writeData(event, out)));
  }

  private static String typed(ChannelEvent event) {
    return text(EventJson.bytes(out -> EventJson.writeTypedData(event, out)));
  }

  private static String todo(Publication publication) {
    return text(EventJson.bytes(out -> EventJson.writeTodoEvent(publication, out)));
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static ChannelKey key() {
    return new ChannelKey("demo", new ChannelName("general"));
  }

  private static Publication event(ChannelKind kind, Change change, String name, String payload) {
    return event(kind, change, name, payload, 18);
  }

  private static Publication event(
      ChannelKind kind, Change change, String name, String payload, long offset) {
    return new Publication(
        key(),
        kind,
        offset == 0 ? "" : "k3",
        offset,
        offset,
        change,
        "m1",
        name,
        payload,
        "bob",
        "Bob",
        "",
        "c-9",
        CREATED,
        change == Change.UPDATED ? EDITED : 0,
        1,
        InboxState.NEW);
  }
}
