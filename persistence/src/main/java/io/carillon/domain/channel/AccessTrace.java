package io.carillon.domain.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Writes down which rules a decision looked at and which of them held, for somebody who asks why.
 * The decision itself is the same with and without: every condition passes through here. One
 * thread, but for {@link #NONE}.
 */
public final class AccessTrace {
  /** Writes nothing down. */
  public static final AccessTrace NONE = new AccessTrace(null);

  private final List<Step> steps; // null: nothing is kept

  private AccessTrace(List<Step> steps) {
    this.steps = steps;
  }

  /** One that is empty as yet. */
  public static AccessTrace recording() {
    return new AccessTrace(new ArrayList<>());
  }

  /** A rule that was looked at. */
  public record Step(AccessRule rule, boolean holds) {
    public Step {
      Objects.requireNonNull(rule);
    }
  }

  /** The condition, as it is. */
  public boolean is(AccessRule rule, boolean holds) {
    if (steps != null) {
      steps.add(new Step(rule, holds));
    }
    return holds;
  }

  /** In the order in which they were looked at; each rule once, as it was first found. */
  public List<Step> steps() {
    List<Step> once = new ArrayList<>();
    if (steps != null) {
      for (Step step : steps) {
        if (once.stream().noneMatch(known -> known.rule() == step.rule())) {
          once.add(step);
        }
      }
    }
    return once;
  }
}
