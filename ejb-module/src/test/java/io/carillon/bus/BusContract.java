package io.carillon.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the hub may rely on, whichever bus there is. */
public abstract class BusContract {
  protected static final Duration TEN_SECONDS = Duration.ofSeconds(10);
  public static final ChannelKey GENERAL = new ChannelKey("demo", new ChannelName("general"));
  public static final ChannelKey OTHER =
      new ChannelKey("demo", new ChannelName("a channel/with ümläut"));

  /** Keeps what it hears. */
  public static final class Recorder implements BusListener {
    public final List<ChannelEvent> events = new CopyOnWriteArrayList<>();
    public final List<RightsChange> changes = new CopyOnWriteArrayList<>();
    public final AtomicInteger reconnects = new AtomicInteger();
    public volatile RuntimeException failure; // thrown instead, once

    private void failIfAsked() {
      RuntimeException once = failure;
      failure = null;
      if (once != null) {
        throw once;
      }
    }

    @Override
    public void onEvent(ChannelEvent event) {
      failIfAsked();
      events.add(event);
    }

    @Override
    public void onRightsChange(RightsChange change) {
      failIfAsked();
      changes.add(change);
    }

    @Override
    public void onReconnected() {
      reconnects.incrementAndGet();
    }
  }

  /** A bus that is ready, whose events the recorder gets. */
  protected abstract Bus bus(Recorder recorder);

  public static Publication publication(ChannelKey channel, long offset) {
    return new Publication(
        channel,
        ChannelKind.CHAT,
        "k3",
        offset,
        offset,
        Publication.Change.CREATED,
        "id-" + offset,
        "message",
        "\"tëxt \\n " + offset + "\"",
        "alice",
        "Alice \uD83D\uDE00",
        "",
        "c-" + offset,
        1_000 + offset,
        0,
        1,
        InboxState.NEW);
  }

  @Test
  void bringsThisNodesEventsAtOnceAndInOrder() {
    Recorder recorder = new Recorder();
    Bus bus = bus(recorder);
    assertThat(bus.subscribe(GENERAL).toCompletableFuture()).succeedsWithin(TEN_SECONDS);
    List<Publication> sent =
        IntStream.rangeClosed(1, 100).mapToObj(i -> publication(GENERAL, i)).toList();
    bus.publish(sent.subList(0, 50));
    bus.publish(sent.subList(50, 100));
    assertThat(recorder.events).containsExactlyElementsOf(new ArrayList<ChannelEvent>(sent));
    Signal typing = new Signal(GENERAL, Signal.Type.TYPING, "{\"isTyping\":true}", "alice");
    bus.publish(List.of(typing));
    assertThat(recorder.events).endsWith(typing);
  }

  @Test
  void tellsOfRightsAtOnce() {
    Recorder recorder = new Recorder();
    RightsChange change = RightsChange.ofMember("demo", GENERAL.name(), new UserId("bob"));
    bus(recorder).announce(change);
    assertThat(recorder.changes).containsExactly(change);
  }

  @Test
  void takesAChannelUpAgain() {
    Bus bus = bus(new Recorder());
    for (int i = 0; i < 100; i++) {
      bus.subscribe(GENERAL);
      bus.unsubscribe(GENERAL);
    }
    assertThat(bus.subscribe(GENERAL).toCompletableFuture()).succeedsWithin(TEN_SECONDS);
    await().until(bus::isConnected);
  }
}
