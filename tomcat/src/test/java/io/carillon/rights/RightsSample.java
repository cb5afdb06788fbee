package io.carillon.rights;

import io.carillon.check.client.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A part of what {@link RightsMatrixIT} asks: every operation by every caller, in some channels. Of
 * a server that has {@link #SECRET} and is in demo mode.
 */
public final class RightsSample {
  public static final String SECRET = World.SECRET;

  private static final Set<Place> PLACES = Set.of(Place.PRIVATE, Place.MISSING);

  private RightsSample() {}

  /**
   * What came of it.
   *
   * @param differences from the table
   */
  public record Outcome(int asked, List<String> differences) {}

  /**
   * Asks a server.
   *
   * @param server whatever the caller's credentials are
   */
  public static Outcome of(Caller server) {
    RightsTable table = RightsTable.read();
    Queue<String> differences = new ConcurrentLinkedQueue<>();
    Queue<Subject> asked = new ConcurrentLinkedQueue<>();
    try (World world = new World(server.node(), server.contextPath(), () -> {})) {
      for (Operation operation : Operations.all()) {
        if (!operation.rule().isOfChannels()) {
          differences.addAll(ask(world, table, operation, Place.MISSING, asked));
          continue;
        }
        world.eachPlace(
            place -> {
              if (PLACES.contains(place)) {
                differences.addAll(ask(world, table, operation, place, asked));
              }
            });
      }
      world.storedAfterAll().forEach(text -> differences.add("stored after all: " + text));
    }
    return new Outcome(asked.size(), differences.stream().sorted().toList());
  }

  /** What every subject is answered that asks for an operation in one place. */
  static List<String> ask(
      World world, RightsTable table, Operation operation, Place place, Queue<Subject> asked) {
    List<String> differences = new ArrayList<>();
    for (Subject subject : Subject.values()) {
      Verdict verdict = table.verdict(operation.rule(), place, subject);
      Visit visit = new Visit(world, operation, subject, place, verdict);
      String expected = operation.expected(verdict);
      String found = operation.asking().apply(visit);
      asked.add(subject);
      if (found.equals(operation.success())) {
        operation.undoing().accept(visit);
      }
      if (!found.equals(expected)) {
        differences.add(
            "%s: %s, %s: %s instead of %s"
                .formatted(operation.title(), place.title(), subject.title(), found, expected));
      }
    }
    return differences;
  }
}
