package io.carillon.gateway.sse;

import io.carillon.application.Joining;
import io.carillon.application.Position;
import io.carillon.domain.channel.Cursor;
import io.carillon.gateway.EventJson;
import io.carillon.gateway.TripleEncoder;
import io.carillon.hub.EncodedFrame;
import java.util.List;

/** The bodies of a poll's answers: {@code {"events","position","resumed"}}. */
final class PollAnswer {
  private PollAnswer() {}

  /**
   * What came since the client's position, and how far that goes.
   *
   * @param events entries as {@link TripleEncoder} makes them
   */
  static byte[] events(List<Joining> channels, List<EncodedFrame> events, Position reached) {
    return EventJson.bytes(
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("events");
          for (EncodedFrame entry : events) {
            out.writeRawValue(entry.text());
          }
          out.writeEndArray();
          out.writeStringField("position", text(channels, reached));
          out.writeBooleanField("resumed", true);
          out.writeEndObject();
        });
  }

  /**
   * Where the client is now. What it missed does not follow: it gave no position, or one that is of
   * no use, for which there is a reason.
   */
  static byte[] start(List<Joining> channels) {
    return EventJson.bytes(
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("events");
          out.writeEndArray();
          out.writeStringField("position", text(channels, Positions.start(channels)));
          out.writeBooleanField("resumed", false);
          List<Joining> lost = channels.stream().filter(c -> c.reason().isPresent()).toList();
          if (!lost.isEmpty()) {
            out.writeStringField("reason", lost.get(0).reason().orElseThrow().wire());
            out.writeArrayFieldStart("resets");
            for (Joining channel : lost) {
              out.writeStartObject();
              out.writeStringField("channelId", channel.channel().name().value());
              out.writeStringField("reason", channel.reason().orElseThrow().wire());
              out.writeEndObject();
            }
            out.writeEndArray();
          }
          out.writeEndObject();
        });
  }

  /** One channel's own position or one over all of them; null where no channel has a log. */
  private static String text(List<Joining> channels, Position position) {
    if (channels.size() == 1) {
      return position.get(channels.get(0).channelNumber()).map(Cursor::toString).orElse(null);
    }
    String text = position.toString();
    return text.isEmpty() ? null : text;
  }
}
