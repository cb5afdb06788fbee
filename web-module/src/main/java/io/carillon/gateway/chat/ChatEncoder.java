package io.carillon.gateway.chat;

import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.gateway.EventJson;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.PublicationEncoder;
import java.util.Optional;

/** Events as frames of {@code carillon.v1}: {@code {"event","id","data"}}. */
enum ChatEncoder implements PublicationEncoder {
  CARILLON_V1;

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
