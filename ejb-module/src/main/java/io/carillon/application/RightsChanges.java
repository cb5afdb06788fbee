package io.carillon.application;

import io.carillon.bus.Bus;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.rights.RightsChangeRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/**
 * Where changes of rights begin their way to every node. Each is written down in the transaction
 * that makes it, where {@link RightsWatch} finds it on any node, and is told to the bus as well,
 * which is faster and may fail. Any thread.
 */
@ApplicationScoped
public class RightsChanges {
  private final RightsChangeRepository repository;
  private final AfterCommit afterCommit;
  private final Bus bus;

  protected RightsChanges() { // for the client proxy
    this(null, null, null);
  }

  @Inject
  public RightsChanges(RightsChangeRepository repository, AfterCommit afterCommit, Bus bus) {
    this.repository = repository;
    this.afterCommit = afterCommit;
    this.bus = bus;
  }

  /**
   * Tells every node of a change once it is committed; only inside the transaction that makes it.
   *
   * @param before what those who are still there are told first
   */
  void announce(RightsChange change, ChannelEvent... before) {
    repository.add(change);
    List<ChannelEvent> events = List.of(before);
    afterCommit.run(
        () -> {
          bus.publish(events);
          bus.announce(change);
        });
  }
}
