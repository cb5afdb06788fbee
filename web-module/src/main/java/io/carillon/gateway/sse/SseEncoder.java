package io.carillon.gateway.sse;

import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import io.carillon.gateway.EventJson;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.PublicationEncoder;
import io.carillon.transport.SseText;
import java.util.Optional;

/**
 * Events of a channel as the streams have them. A stream of one channel shares the whole event, its
 * id included. On a stream of several the id is the client's own: the shared frame ends before it,
 * and {@link MixedStream} adds the rest.
 *
 * <p>The id comes last, so that a client which is cut off in the midst of an event cannot take it
 * for received.
 */
enum SseEncoder implements PublicationEncoder {

  /** One channel: a new message has no event name, so that {@code onmessage} gets it. */
  CHANNEL(true) {
    @Override
    Optional<SseText> lines(ChannelEvent event) {
      if (isPresence(event)) {
        return Optional.empty();
      }
      byte[] data = EventJson.bytes(out -> EventJson.writeData(event, out));
      SseText text = SseText.event(data.length + 96);
      boolean created =
          event instanceof Publication publication
              && publication.change() == Publication.Change.CREATED;
      if (!created) {
        text.name(EventJson.event(event));
      }
      return Optional.of(text.data(data));
    }
  },

  /** One list: every change of an item, without event names. */
  LIST(true) {
    @Override
    Optional<SseText> lines(ChannelEvent event) {
      if (!(event instanceof Publication publication) || publication.kind() != ChannelKind.LIST) {
        return Optional.empty();
      }
      byte[] data = EventJson.bytes(out -> EventJson.writeTodoEvent(publication, out));
      return Optional.of(SseText.event(data.length + 64).data(data));
    }
  },

  /** Several channels, without event names: the data's {@code type} tells. */
  TYPED(false) {
    @Override
    Optional<SseText> lines(ChannelEvent event) {
      byte[] data = EventJson.bytes(out -> EventJson.writeTypedData(event, out));
      return Optional.of(SseText.event(data.length + 16).data(data));
    }
  },

  /** Inbox and announcements, with event names. */
  NOTICES(false) {
    @Override
    Optional<SseText> lines(ChannelEvent event) {
      if (event instanceof Signal) {
        return Optional.empty();
      }
      byte[] data = EventJson.bytes(out -> EventJson.writeData(event, out));
      return Optional.of(SseText.event(data.length + 64).name(EventJson.event(event)).data(data));
    }
  };

  private final boolean withId;

  SseEncoder(boolean withId) {
    this.withId = withId;
  }

  /** The event's lines but for the id and the end; empty where the stream does not carry it. */
  abstract Optional<SseText> lines(ChannelEvent event);

  @Override
  public Optional<EncodedFrame> encode(ChannelEvent event) {
    return lines(event).map(text -> frame(event, text));
  }

  private EncodedFrame frame(ChannelEvent event, SseText text) {
    if (!(event instanceof Publication publication) || !publication.isLogged()) {
      return EncodedFrame.droppable(text.end());
    }
    return EncodedFrame.data(
        withId ? text.id(publication.cursor().toString()).end() : text.lines());
  }

  private static boolean isPresence(ChannelEvent event) {
    return event instanceof Signal signal
        && (signal.type() == Signal.Type.PRESENCE_ONLINE
            || signal.type() == Signal.Type.PRESENCE_OFFLINE);
  }
}
