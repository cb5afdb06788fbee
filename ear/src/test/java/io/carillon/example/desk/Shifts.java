package io.carillon.example.desk;

import io.carillon.facade.Carillon;
import io.carillon.facade.Post;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.List;

/** Who is on duty, as a CDI bean with transactions. */
@ApplicationScoped
public class Shifts {
  private Carillon carillon;

  protected Shifts() {} // for the client proxy

  @Inject
  Shifts(Carillon carillon) {
    this.carillon = carillon;
  }

  /** Tells all channels of a shift, or none of them if somebody is missing. */
  @Transactional
  public void begin(String name, List<String> channels) {
    channels.forEach(
        channel -> carillon.publish(Tickets.DESK, channel, Post.chat(name + " is on duty")));
    if (name.isBlank()) {
      throw new IllegalArgumentException("nobody is on duty"); // rolls back
    }
  }
}
