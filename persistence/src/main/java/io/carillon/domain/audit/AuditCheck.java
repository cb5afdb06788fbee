package io.carillon.domain.audit;

import java.util.Objects;
import java.util.Optional;

/**
 * What became of an organization's chain.
 *
 * @param lines all there are
 * @param before those of before the chain, which its first line covers
 * @param unchained those that a node of an older version has written since; nothing covers them
 * @param headNumber of the last line, as the chain's end says
 * @param headHash of the last line, as the chain's end says; whoever writes it down elsewhere can
 *     tell later that nothing before it was replaced, not even together with the end
 */
public record AuditCheck(
    long lines, long before, long unchained, long headNumber, String headHash, Fault fault) {
  public AuditCheck {
    Objects.requireNonNull(headHash);
  }

  /** What is wrong with the chain at one place; the first one that was found. */
  public record Fault(long id, long number, Kind kind) {
    public enum Kind {
      /** The line does not say what it said when it was written. */
      CHANGED,
      /** There is no such line any more. */
      MISSING,
      /** Lines of before the chain are not what they were when it began. */
      CHANGED_BEFORE
    }
  }

  public boolean isIntact() {
    return fault == null;
  }

  public Optional<Fault> firstFault() {
    return Optional.ofNullable(fault);
  }
}
