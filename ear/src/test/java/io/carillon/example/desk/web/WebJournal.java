package io.carillon.example.desk.web;

import io.carillon.facade.MessageEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Observes in a WAR of the EAR, where not every server lets events of an ejb-jar come. */
@ApplicationScoped
public class WebJournal {
  private static final int MAX_LINES = 10_000;

  private final Deque<String> lines = new ConcurrentLinkedDeque<>();

  void onMessage(@Observes MessageEvent event) {
    lines.add(event.channel() + " " + event.payload());
    if (lines.size() > MAX_LINES) {
      lines.poll();
    }
  }

  /** What was heard so far, in order. */
  public List<String> lines() {
    return List.copyOf(lines);
  }
}
