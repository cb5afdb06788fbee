package io.carillon.gateway;

import io.carillon.application.Draft;
import io.carillon.application.HistoryRequest;
import io.carillon.application.HistoryRequest.Direction;
import io.carillon.application.Since;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.UserId;
import io.carillon.gateway.ClientFrame.Ref;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads what clients ask for by an event's name and its data, in whatever frame these came. Any
 * thread.
 */
public final class ClientFrames {
  private static final int MAX_ID = 64;

  private ClientFrames() {}

  /**
   * Reads an event.
   *
   * @throws RealtimeException with {@code MALFORMED} for one that there is not, or whose data are
   *     not what it needs
   */
  public static ClientFrame decode(String event, Ref ref, JsonObject data) {
    return switch (event) {
      case "channel:join" ->
          new ClientFrame.Join(
              ref, channel(data), Since.text(data.string("since").orElse("")), limit(data));
      case "channel:leave" -> new ClientFrame.Leave(ref, channel(data));
      case "channel:history" -> history(ref, data);
      case "message:send" -> new ClientFrame.Send(ref, channel(data), draft(data));
      case "message:edit" ->
          new ClientFrame.Edit(
              ref, channel(data), id(data), payload(data), data.wholeInt("version"));
      case "message:delete" ->
          new ClientFrame.Delete(ref, channel(data), id(data), data.wholeInt("version"));
      case "typing:start" -> new ClientFrame.Typing(ref, channel(data), true);
      case "typing:stop" -> new ClientFrame.Typing(ref, channel(data), false);
      case "read" -> new ClientFrame.Read(ref, channel(data), offset(data));
      case "presence:get" -> presence(ref, data);
      case "auth:renew" -> new ClientFrame.Renew(ref, data.requireString("token"));
      case "ping" -> new ClientFrame.Ping(ref);
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

  private static ClientFrame history(Ref ref, JsonObject data) {
    OptionalLong before = data.whole("before");
    OptionalLong after = data.whole("after");
    if ((before.isPresent() && after.isPresent()) || before.orElse(0) < 0 || after.orElse(0) < 0) {
      throw malformed("before or after");
    }
    OptionalInt limit = limit(data);
    if (limit.isPresent() && limit.getAsInt() == 0) {
      throw malformed("limit");
    }
    return new ClientFrame.History(
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

  private static ClientFrame presence(Ref ref, JsonObject data) {
    if (data.hasValue("channelId")) {
      return new ClientFrame.PresenceOfChannel(ref, channel(data));
    }
    if (!data.hasValue("userIds")) {
      throw malformed("neither userIds nor channelId");
    }
    List<UserId> users = data.strings("userIds").stream().map(UserId::new).toList();
    return new ClientFrame.PresenceOfUsers(ref, users);
  }

  private static RealtimeException malformed(String what) {
    return new RealtimeException(ErrorCode.MALFORMED, what);
  }
}
