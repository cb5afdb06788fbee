package io.carillon.gateway.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.carillon.application.Draft;
import io.carillon.application.HistoryRequest;
import io.carillon.application.HistoryRequest.Direction;
import io.carillon.application.Since;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.UserId;
import io.carillon.gateway.chat.ChatFrame.Ref;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads what clients send. Total: whatever comes, a {@link ChatFrame} comes out, and what cannot be
 * understood is an {@link ChatFrame.Invalid}. Any thread.
 */
final class ChatCodec {
  private static final int MAX_REF = 64;
  private static final int MAX_ID = 64;

  private ChatCodec() {}

  /** Reads a frame: {@code {"event","ref","data"}}; {@code ref} and {@code data} may be missing. */
  static ChatFrame decode(byte[] utf8, int offset, int length) {
    JsonObject frame;
    try {
      frame = Json.parseObject(utf8, offset, length);
    } catch (RealtimeException e) {
      return new ChatFrame.Invalid(readableRef(utf8, offset, length), e);
    }
    Ref ref = Ref.NONE;
    try {
      ref = ref(frame.get("ref"));
      JsonObject data = frame.object("data").orElseGet(JsonObject::new);
      return decode(frame.requireString("event"), ref, data);
    } catch (RealtimeException e) {
      return new ChatFrame.Invalid(ref, e);
    }
  }

  private static ChatFrame decode(String event, Ref ref, JsonObject data) {
    return switch (event) {
      case "channel:join" ->
          new ChatFrame.Join(
              ref, channel(data), Since.text(data.string("since").orElse("")), limit(data));
      case "channel:leave" -> new ChatFrame.Leave(ref, channel(data));
      case "channel:history" -> history(ref, data);
      case "message:send" -> new ChatFrame.Send(ref, channel(data), draft(data));
      case "message:edit" ->
          new ChatFrame.Edit(ref, channel(data), id(data), payload(data), data.wholeInt("version"));
      case "message:delete" ->
          new ChatFrame.Delete(ref, channel(data), id(data), data.wholeInt("version"));
      case "typing:start" -> new ChatFrame.Typing(ref, channel(data), true);
      case "typing:stop" -> new ChatFrame.Typing(ref, channel(data), false);
      case "read" -> new ChatFrame.Read(ref, channel(data), offset(data));
      case "presence:get" -> presence(ref, data);
      case "auth:renew" -> new ChatFrame.Renew(ref, data.requireString("token"));
      case "ping" -> new ChatFrame.Ping(ref);
      default -> throw malformed("event");
    };
  }

  private static ChannelName channel(JsonObject data) {
    return new ChannelName(data.requireString("channelId"));
  }

  private static String id(JsonObject data) {
    String id = data.requireString("id");
    if (id.isEmpty() || id.length() > MAX_ID) {
      throw malformed("id");
    }
    return id;
  }

  private static OptionalInt limit(JsonObject data) {
    OptionalInt limit = data.wholeInt("limit");
    if (limit.isPresent() && limit.getAsInt() < 0) {
      throw malformed("limit");
    }
    return limit;
  }

  private static long offset(JsonObject data) {
    long offset = data.whole("offset").orElseThrow(() -> malformed("offset"));
    if (offset < 0) {
      throw malformed("offset");
    }
    return offset;
  }

  private static ChatFrame history(Ref ref, JsonObject data) {
    OptionalLong before = data.whole("before");
    OptionalLong after = data.whole("after");
    if ((before.isPresent() && after.isPresent()) || before.orElse(0) < 0 || after.orElse(0) < 0) {
      throw malformed("before or after");
    }
    OptionalInt limit = limit(data);
    if (limit.isPresent() && limit.getAsInt() == 0) {
      throw malformed("limit");
    }
    return new ChatFrame.History(
        ref,
        channel(data),
        after.isPresent() ? Direction.AFTER : Direction.BEFORE,
        after.isPresent() ? after : before,
        Math.min(limit.orElse(HistoryRequest.DEFAULT_LIMIT), HistoryRequest.MAX_LIMIT));
  }

  private static Draft draft(JsonObject data) {
    String name = data.hasValue("content") ? "" : data.requireString("name");
    String clientId = data.string("clientId").orElse("");
    if (name.isEmpty() && data.hasValue("name")) {
      throw malformed("content beside name");
    }
    String payload = payload(data);
    return name.isEmpty()
        ? Draft.chat(data.requireString("content"), clientId)
        : new Draft(name, payload, clientId);
  }

  /** Content, or another payload; JSON text. */
  private static String payload(JsonObject data) {
    String payload;
    if (data.hasValue("content")) {
      String content = data.requireString("content");
      if (content.isEmpty() || data.has("payload")) {
        throw malformed("content");
      }
      payload = Json.text(content);
    } else if (data.has("payload")) {
      payload = Json.text(data.get("payload"));
    } else {
      throw malformed("neither content nor payload");
    }
    // JSON can name half a character pair by its code; UTF-8 and PostgreSQL have none.
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(payload)) {
      throw malformed("half of a surrogate pair");
    }
    return payload;
  }

  private static ChatFrame presence(Ref ref, JsonObject data) {
    if (data.hasValue("channelId")) {
      return new ChatFrame.PresenceOfChannel(ref, channel(data));
    }
    if (!data.hasValue("userIds")) {
      throw malformed("neither userIds nor channelId");
    }
    List<UserId> users = data.strings("userIds").stream().map(UserId::new).toList();
    return new ChatFrame.PresenceOfUsers(ref, users);
  }

  // ---- refs

  private static Ref ref(Object value) {
    if (value == null) {
      return Ref.NONE;
    }
    if (value instanceof Long number) {
      return new Ref(number.toString());
    }
    if (value instanceof String text && isShort(text)) {
      return new Ref(Json.text(text));
    }
    throw malformed("ref");
  }

  private static boolean isShort(String ref) {
    return ref.length() <= MAX_REF && StandardCharsets.UTF_8.newEncoder().canEncode(ref);
  }

  /**
   * The mark of a frame that is not valid as a whole, or not there as a whole, if it comes before
   * the fault.
   */
  static Ref readableRef(byte[] utf8, int offset, int length) {
    try (JsonParser in = Json.factory().createParser(utf8, offset, length)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        return Ref.NONE;
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        boolean isRef = in.currentName().equals("ref");
        JsonToken value = in.nextToken();
        if (isRef && value == JsonToken.VALUE_STRING && isShort(in.getText())) {
          return new Ref(Json.text(in.getText()));
        }
        if (isRef && value == JsonToken.VALUE_NUMBER_INT && in.getTextLength() < 19) {
          return new Ref(in.getText());
        }
        in.skipChildren();
      }
    } catch (IOException e) {
      return Ref.NONE; // the fault came first
    }
    return Ref.NONE;
  }

  private static RealtimeException malformed(String what) {
    return new RealtimeException(ErrorCode.MALFORMED, what);
  }
}
