package io.carillon.gateway.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.gateway.ClientFrame;
import io.carillon.gateway.ClientFrame.Ref;
import io.carillon.gateway.ClientFrames;
import io.carillon.gateway.EventJson;
import io.carillon.hub.EncodedFrame;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads what clients send, and writes what they are answered. Total: whatever comes, a {@link
 * ClientFrame} comes out, and what cannot be understood is an {@link ClientFrame.Invalid}. Any
 * thread.
 */
final class ChatCodec {
  private static final int MAX_REF = 64;

  private ChatCodec() {}

  /** Reads a frame: {@code {"event","ref","data"}}; {@code ref} and {@code data} may be missing. */
  static ClientFrame decode(byte[] utf8, int offset, int length) {
    JsonObject frame;
    try {
      frame = Json.parseObject(utf8, offset, length);
    } catch (RealtimeException e) {
      return new ClientFrame.Invalid(readableRef(utf8, offset, length), e);
    }
    Ref ref = Ref.NONE;
    try {
      ref = ref(frame.get("ref"));
      JsonObject data = frame.object("data").orElseGet(JsonObject::new);
      return ClientFrames.decode(frame.requireString("event"), ref, data);
    } catch (RealtimeException e) {
      return new ClientFrame.Invalid(ref, e);
    }
  }

  /** A frame {@code {"event","ref","data"}}, without a mark where the client has set none. */
  static EncodedFrame encode(String event, Ref ref, EventJson.Writing members) {
    return EncodedFrame.data(
        EventJson.bytes(
            out -> {
              out.writeStartObject();
              out.writeStringField("event", event);
              if (ref.isPresent()) {
                out.writeFieldName("ref");
                out.writeRawValue(ref.json());
              }
              out.writeObjectFieldStart("data");
              members.to(out);
              out.writeEndObject();
              out.writeEndObject();
            }));
  }

  /** The node wants the client to go elsewhere. */
  static EncodedFrame drain() {
    return encode(
        "server:drain",
        Ref.NONE,
        out -> out.writeStringField("retry", ErrorCode.DRAINING.retry().name()));
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
