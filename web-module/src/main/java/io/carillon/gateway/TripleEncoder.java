package io.carillon.gateway;

import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.PublicationEncoder;
import java.util.Optional;

/**
 * Events as {@code {"event","id","data"}}: the frames of {@code carillon.v1}, and the entries of a
 * poll's answer. The id is the event's place in its own channel.
 */
public enum TripleEncoder implements PublicationEncoder {
  JSON;

  @Override
  public Optional<EncodedFrame> encode(ChannelEvent event) {
    boolean logged = event instanceof Publication publication && publication.isLogged();
    byte[] json =
        EventJson.bytes(
            out -> {
              out.writeStartObject();
              out.writeStringField("event", EventJson.event(event));
              if (logged) {
                out.writeStringField("id", ((Publication) event).cursor().toString());
              }
              out.writeFieldName("data");
              EventJson.writeData(event, out);
              out.writeEndObject();
            });
    return Optional.of(logged ? EncodedFrame.data(json) : EncodedFrame.droppable(json));
  }
}
