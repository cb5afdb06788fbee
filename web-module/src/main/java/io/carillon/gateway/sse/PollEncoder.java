package io.carillon.gateway.sse;

import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.gateway.EventJson;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.PublicationEncoder;
import java.util.Optional;

/** Events as entries of a poll's answer: {@code {"event","id","data"}}, the id per channel. */
enum PollEncoder implements PublicationEncoder {
  ENTRY;

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
