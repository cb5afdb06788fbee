package io.carillon.hub;

import io.carillon.domain.message.ChannelEvent;
import java.util.Optional;

/**
 * Turns an event into the bytes of one wire format. A record or an enum, so that equal encoders are
 * equal: the fan-out encodes an event once for all subscriptions whose encoders are.
 */
public interface PublicationEncoder {

  /**
   * @return empty where the format does not carry this kind of event. A signal or a message of a
   *     channel without a log becomes a droppable frame.
   */
  Optional<EncodedFrame> encode(ChannelEvent event);
}
