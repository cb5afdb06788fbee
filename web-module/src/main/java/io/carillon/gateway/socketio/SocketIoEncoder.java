package io.carillon.gateway.socketio;

import io.carillon.domain.channel.Cursor;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import io.carillon.gateway.EventJson;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.EncodedFrame.Form;
import io.carillon.hub.PublicationEncoder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Events as packets {@code 42["message:new",{…},"position"]}. The position at the end is where a
 * client is that has joined this channel alone; for one that has joined several, {@link #beginning}
 * is what all of them share.
 *
 * @param channelNumber the channel's part of a position
 */
record SocketIoEncoder(SocketIoNamespace namespace, long channelNumber)
    implements PublicationEncoder {

  @Override
  public Optional<EncodedFrame> encode(ChannelEvent event) {
    if (!namespace.carries(event)) {
      return Optional.empty();
    }
    if (event instanceof Signal signal) {
      return Optional.of(encode(signal));
    }
    Publication publication = (Publication) event;
    byte[] packet = packet(publication);
    return Optional.of(
        publication.isLogged() ? EncodedFrame.data(packet) : EncodedFrame.droppable(packet));
  }

  private byte[] packet(Publication publication) {
    return SocketIoCodec.bytes(
        SocketIoCodec.eventHead(namespace.wire()),
        out -> {
          out.writeStartArray();
          out.writeString(EventJson.event(publication));
          EventJson.writeData(publication, out);
          if (publication.isLogged()) {
            out.writeString(position(channelNumber, publication.cursor()));
          }
          out.writeEndArray();
        });
  }

  private EncodedFrame encode(Signal signal) {
    String data = signal.data();
    return switch (signal.type()) {
      case TYPING -> droppable(signal.type().event(), withTyping(data));
      // By their older names, too.
      case PRESENCE_ONLINE ->
          droppable(signal.type().event(), data)
              .followedBy(List.of(droppable("user:online", data)));
      case PRESENCE_OFFLINE ->
          droppable(signal.type().event(), data)
              .followedBy(List.of(droppable("user:offline", data)));
      case READ, MEMBER_ADDED, MEMBER_REMOVED -> droppable(signal.type().event(), data);
    };
  }

  private EncodedFrame droppable(String name, String json) {
    return EncodedFrame.droppable(
        SocketIoCodec.bytes(
            SocketIoCodec.eventHead(namespace.wire()),
            out -> {
              out.writeStartArray();
              out.writeString(name);
              out.writeRawValue(json);
              out.writeEndArray();
            }));
  }

  /** With {@code isTyping} also by its shorter name. */
  private static String withTyping(String data) {
    boolean typing = data.contains("\"isTyping\":true");
    return data.substring(0, data.length() - 1) + ",\"typing\":" + typing + '}';
  }

  /** One channel's part of a position. */
  static String position(long channelNumber, Cursor cursor) {
    return Long.toString(channelNumber, 36) + '_' + cursor;
  }

  /** A logged event without its position: to be followed by {@link #end}. */
  static EncodedFrame beginning(EncodedFrame whole) {
    return whole.variant(
        frame -> {
          byte[] bytes = frame.bytes();
          int comma = bytes.length - 1;
          while (bytes[comma] != ',') { // there is none in a position
            comma--;
          }
          return EncodedFrame.data(Form.BEGINNING, Arrays.copyOf(bytes, comma));
        });
  }

  /** A position of one's own, behind {@link #beginning}. */
  static EncodedFrame end(String position) {
    byte[] bytes = new byte[position.length() + 4];
    bytes[0] = ',';
    bytes[1] = '"';
    for (int i = 0; i < position.length(); i++) {
      bytes[i + 2] = (byte) position.charAt(i); // ASCII that needs no escape
    }
    bytes[bytes.length - 2] = '"';
    bytes[bytes.length - 1] = ']';
    return EncodedFrame.data(Form.END, bytes);
  }
}
