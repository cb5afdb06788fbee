package io.carillon.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Publication.Change;
import io.carillon.domain.message.Signal;
import io.carillon.hub.EncodedFrame;
import java.util.List;
import org.junit.jupiter.api.Test;

class SseEncoderTest {

  @Test
  void leavesANewMessageUnnamedSoThatOnmessageGetsIt() {
    String event = text(SseEncoder.CHANNEL, Events.logged(ChannelKind.CHAT, Change.CREATED, 18));

    assertThat(event).startsWith("data: {").endsWith("}\nid: k3-18\n\n");
    assertThat(event.lines().toList()).hasSize(3); // the last is the blank one
  }

  @Test
  void namesWhatHappensToAMessageLater() {
    assertThat(text(SseEncoder.CHANNEL, Events.logged(ChannelKind.CHAT, Change.UPDATED, 19)))
        .startsWith("event: message:updated\ndata: {")
        .endsWith("}\nid: k3-19\n\n");
    assertThat(text(SseEncoder.CHANNEL, Events.logged(ChannelKind.CHAT, Change.DELETED, 20)))
        .startsWith("event: message:deleted\ndata: {")
        .endsWith("}\nid: k3-20\n\n");
  }

  @Test
  void putsTheIdLastSoThatHalfAnEventCannotPassForReceived() {
    for (SseEncoder encoder : List.of(SseEncoder.CHANNEL, SseEncoder.LIST)) {
      for (Change change : Change.values()) {
        String event = text(encoder, Events.logged(ChannelKind.LIST, change, 7));
        assertThat(event).as("%s %s", encoder, change).endsWith("\nid: k3-7\n\n");
        assertThat(event.substring(0, event.length() - "id: k3-7\n\n".length()))
            .doesNotContain("\nid:", "\n\n");
      }
    }
  }

  @Test
  void givesTheIdToTheClientsStreamWhereThatHasSeveralChannels() {
    for (SseEncoder encoder : List.of(SseEncoder.TYPED, SseEncoder.NOTICES)) {
      EncodedFrame frame = frame(encoder, Events.logged(ChannelKind.CHAT, Change.CREATED, 18));

      assertThat(frame.text()).as("%s", encoder).endsWith("}\n").doesNotContain("id: ", "\n\n");
      assertThat(frame.kind()).isEqualTo(EncodedFrame.Kind.DATA);
    }
  }

  @Test
  void endsEventsThatHaveNoPlaceAndLetsThemBeLeftOut() {
    Publication ping = Events.unlogged("\"ping\"");
    Signal typing = Events.typing("bob");

    for (ChannelEvent event : List.of(ping, typing)) {
      for (SseEncoder encoder : List.of(SseEncoder.CHANNEL, SseEncoder.TYPED)) {
        EncodedFrame frame = frame(encoder, event);
        assertThat(frame.kind()).as("%s %s", encoder, event).isEqualTo(EncodedFrame.Kind.DROPPABLE);
        assertThat(frame.text()).endsWith("}\n\n").doesNotContain("id: ");
      }
    }
    assertThat(text(SseEncoder.CHANNEL, typing)).startsWith("event: typing:update\ndata: {");
  }

  @Test
  void namesEventsInTheirDataWhereEverythingIsUnnamed() {
    assertThat(text(SseEncoder.TYPED, Events.logged(ChannelKind.CHAT, Change.CREATED, 1)))
        .startsWith("data: {\"type\":\"message:new\",");
    assertThat(text(SseEncoder.TYPED, Events.logged(ChannelKind.CHAT, Change.DELETED, 2)))
        .startsWith("data: {\"type\":\"message:deleted\",");
    assertThat(text(SseEncoder.TYPED, Events.typing("bob")))
        .startsWith("data: {\"type\":\"typing:update\",");
  }

  @Test
  void namesNoticesAsTheirChannelsDo() {
    assertThat(text(SseEncoder.NOTICES, Events.logged(ChannelKind.INBOX, Change.CREATED, 1)))
        .startsWith("event: notification\ndata: {");
    assertThat(
            text(SseEncoder.NOTICES, Events.logged(ChannelKind.ANNOUNCEMENTS, Change.CREATED, 1)))
        .startsWith("event: announcement\ndata: {");
  }

  @Test
  void keepsAListToItsItems() {
    assertThat(text(SseEncoder.LIST, Events.logged(ChannelKind.LIST, Change.CREATED, 1)))
        .startsWith("data: {\"type\":\"todo:created\",\"todo\":{");
    assertThat(text(SseEncoder.LIST, Events.logged(ChannelKind.LIST, Change.DELETED, 2)))
        .startsWith("data: {\"type\":\"todo:deleted\",\"todoId\":");
    assertThat(SseEncoder.LIST.encode(Events.logged(ChannelKind.CHAT, Change.CREATED, 3)))
        .isEmpty();
    assertThat(SseEncoder.LIST.encode(Events.typing("bob"))).isEmpty();
  }

  @Test
  void carriesPresenceOnlyWhereItIsAskedFor() {
    for (Signal.Type type : List.of(Signal.Type.PRESENCE_ONLINE, Signal.Type.PRESENCE_OFFLINE)) {
      Signal signal = new Signal(Events.GENERAL, type, "{\"userId\":\"bob\"}", "bob");
      assertThat(SseEncoder.CHANNEL.encode(signal)).isEmpty();
      assertThat(SseEncoder.NOTICES.encode(signal)).isEmpty();
      assertThat(text(SseEncoder.TYPED, signal))
          .isEqualTo("data: {\"type\":\"" + type.event() + "\",\"userId\":\"bob\"}\n\n");
    }
  }

  private static EncodedFrame frame(SseEncoder encoder, ChannelEvent event) {
    return encoder.encode(event).orElseThrow();
  }

  private static String text(SseEncoder encoder, ChannelEvent event) {
    return frame(encoder, event).text();
  }
}
