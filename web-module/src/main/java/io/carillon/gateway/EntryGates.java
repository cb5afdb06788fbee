package io.carillon.gateway;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** The gates of this node's protocols, put up while it starts. Any thread. */
@ApplicationScoped
public class EntryGates {
  private final List<EntryGate> gates = new CopyOnWriteArrayList<>();

  public void add(EntryGate gate) {
    gates.add(gate);
  }

  /** The gate that a path leads to, if it leads to one. */
  public Optional<EntryGate> at(String path) {
    for (EntryGate gate : gates) {
      if (gate.covers(path)) {
        return Optional.of(gate);
      }
    }
    return Optional.empty();
  }
}
