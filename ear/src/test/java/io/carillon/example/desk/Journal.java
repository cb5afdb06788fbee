package io.carillon.example.desk;

import io.carillon.facade.Carillon;
import io.carillon.facade.MemberEvent;
import io.carillon.facade.MessageEvent;
import io.carillon.facade.Post;
import io.carillon.facade.PresenceEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Hears what happens in Carillon, whoever does it, and greets newcomers of the desk's channels. */
@ApplicationScoped
public class Journal {
  private static final int MAX_LINES = 10_000;

  private final Deque<String> lines = new ConcurrentLinkedDeque<>();
  private Carillon carillon;

  protected Journal() {} // for the client proxy

  @Inject
  Journal(Carillon carillon) {
    this.carillon = carillon;
  }

  void onMessage(@Observes MessageEvent event) {
    write(event.change() + " " + event.channel() + " " + event.offset() + " " + event.payload());
  }

  void onMember(@Observes MemberEvent event) {
    write((event.added() ? "ADDED " : "REMOVED ") + event.channel() + " " + event.userId());
    if (event.added() && event.channel().startsWith("desk-")) {
      carillon.publish(Tickets.DESK, event.channel(), Post.chat("Hello, " + event.userId()));
    }
  }

  void onPresence(@Observes PresenceEvent event) {
    write((event.online() ? "ONLINE " : "OFFLINE ") + event.userId());
  }

  private void write(String line) {
    lines.add(line);
    if (lines.size() > MAX_LINES) {
      lines.poll();
    }
  }

  /** What was heard so far, in order. */
  public List<String> lines() {
    return List.copyOf(lines);
  }
}
