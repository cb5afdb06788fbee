package io.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The names and data objects of events, alike on every native wire: WebSocket, streams, polls, and
 * the bodies of REST. Payloads were checked when they came in and are copied as they are. Any
 * thread.
 */
public final class EventJson {

  /** Writes something to a generator that is there already. */
  @FunctionalInterface
  public interface Writing {
    void to(JsonGenerator out) throws IOException;
  }

  private EventJson() {}

  /** One JSON value in UTF-8, without a line break. */
  public static byte[] bytes(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator out = Json.factory().createGenerator(bytes)) {
      writing.to(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The event's name: {@code message:new}, {@code notification}, {@code typing:update} … */
  public static String event(ChannelEvent event) {
    if (event instanceof Signal signal) {
      return signal.type().event();
    }
    return event((Publication) event);
  }

  private static String event(Publication publication) {
    return switch (publication.change()) {
      case CREATED ->
          switch (publication.kind()) {
            case INBOX -> "notification";
            case ANNOUNCEMENTS -> "announcement";
            case CHAT, LIST, EPHEMERAL -> "message:new";
          };
      case UPDATED ->
          publication.kind() == ChannelKind.INBOX ? "notification:updated" : "message:updated";
      case DELETED -> "message:deleted";
    };
  }

  /** The event's data object; a signal's is ready. */
  public static void writeData(ChannelEvent event, JsonGenerator out) throws IOException {
    if (event instanceof Signal signal) {
      out.writeRawValue(signal.data());
      return;
    }
    out.writeStartObject();
    writeMembers((Publication) event, "type", out);
    out.writeEndObject();
  }

  /**
   * The data object for a stream whose events have no names: as {@link #writeData}, with the
   * event's name as {@code type}. A notification's own type is its {@code kind} then.
   */
  public static void writeTypedData(ChannelEvent event, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", event(event));
    if (event instanceof Signal signal) {
      for (Map.Entry<String, Object> member : object(signal.data()).members().entrySet()) {
        out.writeFieldName(member.getKey());
        Json.write(member.getValue(), out);
      }
    } else {
      writeMembers((Publication) event, "kind", out);
    }
    out.writeEndObject();
  }

  private static void writeMembers(Publication publication, String typeName, JsonGenerator out)
      throws IOException {
    boolean created = publication.change() == Publication.Change.CREATED;
    switch (publication.kind()) {
      case INBOX -> {
        switch (publication.change()) {
          case CREATED -> writeNotificationMembers(publication, typeName, out);
          case UPDATED -> writeStateMembers(publication, out);
          case DELETED -> writeMessageMembers(publication, out);
        }
      }
      case ANNOUNCEMENTS -> {
        if (created) {
          writeNotificationMembers(publication, typeName, out);
        } else {
          writeMessageMembers(publication, out);
        }
      }
      case CHAT, LIST, EPHEMERAL -> writeMessageMembers(publication, out);
    }
  }

  /** A message as an object, whatever happened to it last: for events, history and answers. */
  public static void writeMessage(Publication publication, JsonGenerator out) throws IOException {
    out.writeStartObject();
    writeMessageMembers(publication, out);
    out.writeEndObject();
  }

  /** The members of {@link #writeMessage}, into an object begun before. */
  public static void writeMessageMembers(Publication publication, JsonGenerator out)
      throws IOException {
    out.writeStringField("id", publication.id());
    out.writeStringField("channelId", publication.channel().name().value());
    if (publication.isLogged()) {
      out.writeNumberField("offset", publication.offset());
      out.writeNumberField("revision", publication.revision());
    }
    if (publication.change() == Publication.Change.DELETED) {
      out.writeBooleanField("deleted", true);
      return;
    }
    boolean chat = publication.name().equals(Publication.CHAT);
    if (!chat) {
      out.writeStringField("name", publication.name());
    }
    out.writeFieldName(chat && publication.payload().startsWith("\"") ? "content" : "payload");
    out.writeRawValue(publication.payload());
    out.writeStringField("authorId", publication.authorId());
    out.writeObjectFieldStart("author");
    out.writeStringField("id", publication.authorId());
    out.writeStringField("name", publication.authorName());
    out.writeFieldName("avatarUrl");
    if (publication.authorAvatarUrl().isEmpty()) {
      out.writeNull();
    } else {
      out.writeString(publication.authorAvatarUrl());
    }
    out.writeEndObject();
    if (!publication.clientId().isEmpty()) {
      out.writeStringField("clientId", publication.clientId());
    }
    writeTime("createdAt", publication.createdAtMillis(), out);
    if (publication.editedAtMillis() != 0) {
      writeTime("editedAt", publication.editedAtMillis(), out);
    }
    out.writeNumberField("version", publication.version());
  }

  /** A time as a member of an object begun before. */
  public static void writeTime(String name, long epochMillis, JsonGenerator out)
      throws IOException {
    out.writeFieldName(name);
    IsoTime.write(epochMillis, out);
  }

  /** How far the user has dealt with an inbox entry, as one word and as three flags. */
  private static void writeStateMembers(Publication publication, JsonGenerator out)
      throws IOException {
    out.writeStringField("id", publication.id());
    out.writeStringField("state", publication.state().name());
    writeStateFlags(publication.state(), out);
  }

  /** The members {@code seen}, {@code read}, {@code acknowledged}, into an object begun before. */
  public static void writeStateFlags(InboxState state, JsonGenerator out) throws IOException {
    out.writeBooleanField("seen", state.compareTo(InboxState.SEEN) >= 0);
    out.writeBooleanField("read", state.compareTo(InboxState.READ) >= 0);
    out.writeBooleanField("acknowledged", state.compareTo(InboxState.ACKNOWLEDGED) >= 0);
  }

  /**
   * The members of a notification or announcement, into an object begun before: {@code id}, type,
   * {@code title}, {@code message}, {@code url}, {@code createdAt}; those that the payload lacks
   * are {@code null}. An entry that the user has dealt with already, as somebody catching up meets
   * it, has {@code state} too.
   *
   * @param typeName what the sender's type is called: {@code type} or {@code kind}
   */
  public static void writeNotificationMembers(
      Publication publication, String typeName, JsonGenerator out) throws IOException {
    JsonObject payload = object(publication.payload());
    out.writeStringField("id", publication.id());
    writeText(typeName, payload.get("type"), out);
    writeText("title", payload.get("title"), out);
    writeText("message", payload.get("message"), out);
    writeText("url", payload.get("url"), out);
    writeTime("createdAt", publication.createdAtMillis(), out);
    if (publication.state() != InboxState.NEW) {
      out.writeStringField("state", publication.state().name());
    }
  }

  /**
   * A payload's object; an empty one for a payload of another form, which any publisher can send.
   */
  private static JsonObject object(String payload) {
    return Json.parse(payload) instanceof JsonObject object ? object : new JsonObject();
  }

  private static void writeText(String name, Object value, JsonGenerator out) throws IOException {
    out.writeStringField(name, value instanceof String text ? text : null);
  }

  /**
   * An event of a list: {@code {"type":"todo:created"|"todo:updated","todo":{…}}} or {@code
   * {"type":"todo:deleted","todoId":"…"}}.
   */
  public static void writeTodoEvent(Publication publication, JsonGenerator out) throws IOException {
    out.writeStartObject();
    switch (publication.change()) {
      case CREATED, UPDATED -> {
        boolean created = publication.change() == Publication.Change.CREATED;
        out.writeStringField("type", created ? "todo:created" : "todo:updated");
        out.writeFieldName("todo");
        writeTodo(publication, out);
      }
      case DELETED -> {
        out.writeStringField("type", "todo:deleted");
        out.writeStringField("todoId", publication.id());
      }
    }
    out.writeEndObject();
  }

  /** A list's item: {@code {"id","text","completed","version","createdAt"}}. */
  public static void writeTodo(Publication publication, JsonGenerator out) throws IOException {
    JsonObject payload = object(publication.payload());
    out.writeStartObject();
    out.writeStringField("id", publication.id());
    out.writeStringField("text", payload.get("text") instanceof String text ? text : "");
    out.writeBooleanField("completed", Boolean.TRUE.equals(payload.get("completed")));
    out.writeNumberField("version", publication.version());
    writeTime("createdAt", publication.createdAtMillis(), out);
    out.writeEndObject();
  }
}
