package io.carillon.transport;

import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import io.carillon.hub.EncodedFrame;
import io.carillon.node.Workers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A carrier that writes down what goes out, and takes it only while it is told to. */
public final class FakeWebSocket extends WebSocketConnection {
  /** Texts of data frames, {@code <ping>}, {@code <close 4401>}, {@code <last words 4408>}. */
  private final List<String> out = new ArrayList<>();

  private boolean blocked;
  private boolean broken;
  private boolean disconnected;

  public FakeWebSocket(WebSocketProtocol protocol, Workers workers) {
    this(protocol, () -> {}, workers);
  }

  public FakeWebSocket(WebSocketProtocol protocol, Runnable place, Workers workers) {
    super(protocol, place, workers);
  }

  /** A user of the demo organization. */
  public static Identity user(String id) {
    return new Identity(
        "demo",
        new UserId(id),
        id,
        "",
        OrganizationRole.MEMBER,
        "token",
        Instant.parse("2026-01-05T11:00:00Z"),
        Identity.Kind.USER);
  }

  /** The client sends a text. */
  public void arrives(String text) {
    alive();
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    received(utf8, 0, utf8.length);
  }

  /** The client sends a text over the limit, of which this is the beginning. */
  public void arrivesOversized(String head) {
    byte[] utf8 = head.getBytes(StandardCharsets.UTF_8);
    receivedOversized(utf8, 0, utf8.length);
  }

  public void pongArrives() {
    alive();
  }

  /** The connection is gone. */
  public void isLost() {
    finish();
  }

  /** The client takes nothing from now on. */
  public void block() {
    blocked = true;
  }

  public void unblock() {
    blocked = false;
    queue().writable();
  }

  public void breakDown() {
    broken = true;
  }

  public boolean isDisconnected() {
    return disconnected;
  }

  /** What went out, in order. */
  public List<String> out() {
    return List.copyOf(out);
  }

  /** What went out since the last call. */
  public List<String> takeOut() {
    List<String> taken = List.copyOf(out);
    out.clear();
    return taken;
  }

  @Override
  public int write(EncodedFrame[] frames, int count) throws IOException {
    if (broken) {
      throw new IOException("broken");
    }
    if (blocked) {
      return 0;
    }
    for (int i = 0; i < count; i++) {
      switch (frames[i].kind()) {
        case DATA, DROPPABLE -> out.add(frames[i].text());
        case HEARTBEAT -> {
          out.add("<ping>");
          pingSent();
        }
        case CLOSE -> {
          out.add("<close " + closeCode() + ">");
          return i + 1;
        }
      }
    }
    return count;
  }

  @Override
  protected void lastWords() {
    out.add("<last words " + closeCode() + ">");
  }

  @Override
  protected void disconnect() {
    disconnected = true;
    finish();
  }
}
