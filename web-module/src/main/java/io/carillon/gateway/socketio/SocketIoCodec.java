package io.carillon.gateway.socketio;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.gateway.EventJson;
import io.carillon.gateway.socketio.SocketIoFrame.Type;
import io.carillon.hub.EncodedFrame;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Socket.IO's packets as text: {@code TYPE [ATTACHMENTS "-"] ["/namespace" ","] [ACKID] [JSON]}, in
 * Engine.IO messages. Any thread.
 */
final class SocketIoCodec {
  static final String MAIN = "/";
  static final int MAX_ATTACHMENTS = 10;

  /** Stands for bytes in JSON that is stored: its one member holds them in base64. */
  static final String BINARY = "$binary";

  private static final int MAX_NAMESPACE = 200;
  private static final int MAX_DIGITS = 18;

  private SocketIoCodec() {}

  // ---- in

  /**
   * Reads a packet.
   *
   * @throws RealtimeException with {@code MALFORMED} for whatever is none; the connection ends then
   */
  static SocketIoFrame decode(byte[] utf8, int offset, int length) {
    int at = offset;
    int end = offset + length;
    int number = at < end ? utf8[at++] - '0' : -1;
    if (number < 0 || number >= Type.ALL.size()) {
      throw malformed("packet type");
    }
    Type type = Type.ALL.get(number);
    int attachments = 0;
    if (type.hasAttachments()) {
      int digits = digits(utf8, at, end);
      if (digits == 0 || at + digits >= end || utf8[at + digits] != '-') {
        throw malformed("attachments");
      }
      long count = number(utf8, at, digits);
      if (count < 1 || count > MAX_ATTACHMENTS) {
        throw malformed("attachments");
      }
      attachments = (int) count;
      at += digits + 1;
    }
    String namespace = MAIN;
    if (at < end && utf8[at] == '/') {
      int comma = at;
      while (comma < end && utf8[comma] != ',') {
        comma++;
      }
      namespace = namespace(utf8, at, comma);
      at = Math.min(end, comma + 1);
    }
    OptionalLong ackId = OptionalLong.empty();
    int digits = digits(utf8, at, end);
    if (digits > 0) {
      ackId = OptionalLong.of(number(utf8, at, digits));
      at += digits;
    }
    Object payload = at < end ? Json.parse(utf8, at, end - at) : null;
    if (!isAllowed(type, ackId, payload)) {
      throw malformed("payload");
    }
    return new SocketIoFrame(type, attachments, namespace, ackId, payload);
  }

  private static String namespace(byte[] utf8, int from, int end) {
    if (end - from > MAX_NAMESPACE) {
      throw malformed("namespace");
    }
    String text = new String(utf8, from, end - from, StandardCharsets.UTF_8);
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query);
  }

  private static int digits(byte[] utf8, int from, int end) {
    int at = from;
    while (at < end && utf8[at] >= '0' && utf8[at] <= '9') {
      at++;
    }
    if (at - from > MAX_DIGITS) {
      throw malformed("number");
    }
    return at - from;
  }

  private static long number(byte[] utf8, int from, int digits) {
    long number = 0;
    for (int i = from; i < from + digits; i++) {
      number = 10 * number + utf8[i] - '0';
    }
    return number;
  }

  private static boolean isAllowed(Type type, OptionalLong ackId, Object payload) {
    return switch (type) {
      case CONNECT -> payload == null || payload instanceof JsonObject;
      case DISCONNECT -> payload == null;
      case EVENT, BINARY_EVENT ->
          payload instanceof List<?> list && !list.isEmpty() && isEventName(list.get(0));
      case ACK, BINARY_ACK -> payload instanceof List<?> && ackId.isPresent();
      case CONNECT_ERROR -> false; // only a server sends one
    };
  }

  private static boolean isEventName(Object name) {
    return name instanceof Number || (name instanceof String text && !isReserved(text));
  }

  private static boolean isReserved(String name) {
    return switch (name) {
      case "connect",
          "connect_error",
          "disconnect",
          "disconnecting",
          "newListener",
          "removeListener" ->
          true;
      default -> false;
    };
  }

  /**
   * Puts the attachments in their places, as values that can be stored.
   *
   * @throws RealtimeException with {@code MALFORMED} for a place whose attachment there is not
   */
  static Object withAttachments(Object value, List<byte[]> attachments) {
    if (value instanceof List<?> list) {
      List<Object> filled = new ArrayList<>(list.size());
      list.forEach(item -> filled.add(withAttachments(item, attachments)));
      return filled;
    }
    if (!(value instanceof JsonObject object)) {
      return value;
    }
    if (Boolean.TRUE.equals(object.get("_placeholder"))) {
      if (object.get("num") instanceof Long number && number >= 0 && number < attachments.size()) {
        byte[] bytes = attachments.get(number.intValue());
        return new JsonObject().put(BINARY, Base64.getEncoder().encodeToString(bytes));
      }
      throw malformed("placeholder");
    }
    JsonObject filled = new JsonObject();
    object
        .members()
        .forEach((name, member) -> filled.put(name, withAttachments(member, attachments)));
    return filled;
  }

  // ---- out

  private static EncodedFrame packet(String head, EventJson.Writing json) {
    return EncodedFrame.data(bytes(head, json));
  }

  static byte[] bytes(String head, EventJson.Writing json) {
    byte[] text = EventJson.bytes(json);
    byte[] all = new byte[head.length() + text.length];
    for (int i = 0; i < head.length(); i++) {
      all[i] = (byte) head.charAt(i); // namespaces that we have are ASCII
    }
    System.arraycopy(text, 0, all, head.length(), text.length);
    return all;
  }

  /** An event's packet up to its JSON. */
  static String eventHead(String namespace) {
    return "42" + in(namespace);
  }

  private static String in(String namespace) {
    return namespace.equals(MAIN) ? "" : namespace + ',';
  }

  /** An event with one object. */
  static EncodedFrame event(
      String namespace, String name, EventJson.Writing members, Optional<String> offset) {
    return packet(
        eventHead(namespace),
        out -> {
          out.writeStartArray();
          out.writeString(name);
          out.writeStartObject();
          members.to(out);
          out.writeEndObject();
          if (offset.isPresent()) {
            out.writeString(offset.get());
          }
          out.writeEndArray();
        });
  }

  /** An event that only tells where the client is. */
  static EncodedFrame position(String namespace, String offset) {
    return packet(
        eventHead(namespace),
        out -> {
          out.writeStartArray();
          out.writeString("position");
          out.writeString(offset);
          out.writeEndArray();
        });
  }

  /** The answer to an event that asked for one. */
  static EncodedFrame ack(String namespace, String ackId, boolean ok, EventJson.Writing members) {
    return packet(
        "43" + in(namespace) + ackId,
        out -> {
          out.writeStartArray();
          out.writeStartObject();
          out.writeBooleanField("ok", ok);
          members.to(out);
          out.writeEndObject();
          out.writeEndArray();
        });
  }

  static EncodedFrame connected(String namespace, String sid, String pid) {
    return packet(
        "40" + in(namespace),
        out -> {
          out.writeStartObject();
          out.writeStringField("sid", sid);
          out.writeStringField("pid", pid);
          out.writeEndObject();
        });
  }

  /**
   * A client may not come in.
   *
   * @param data members of the object with more than the message
   */
  static EncodedFrame connectError(String namespace, String message, EventJson.Writing data) {
    ByteArrayOutputStream packet = new ByteArrayOutputStream(128);
    packet.writeBytes("44".getBytes(StandardCharsets.US_ASCII));
    packet.writeBytes(in(namespace).getBytes(StandardCharsets.UTF_8)); // whatever the client wrote
    packet.writeBytes(
        EventJson.bytes(
            out -> {
              out.writeStartObject();
              out.writeStringField("message", message);
              data.to(out);
              out.writeEndObject();
            }));
    return EncodedFrame.data(packet.toByteArray());
  }

  static EncodedFrame disconnect(String namespace) {
    return EncodedFrame.data("41" + in(namespace));
  }

  private static RealtimeException malformed(String what) {
    return new RealtimeException(ErrorCode.MALFORMED, what);
  }
}
