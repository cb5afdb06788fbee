package io.carillon.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What a checker found. */
public final class Report {
  private static final int MAX_FINDINGS = 60;
  private static final int MAX_FINDINGS_OF_A_KIND = 12;

  private final long seed;
  private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
  private final List<String> findings = new ArrayList<>();
  private long acknowledged;
  private long messages;
  private long duplicates;
  private long unknown;
  private long deliveries;
  private long resumes;
  private long resets;
  private Duration unavailable = Duration.ZERO;

  Report(long seed) {
    this.seed = seed;
  }

  void add(Fault fault, String finding) {
    int count = counts.merge(fault, 1, Integer::sum);
    if (count <= MAX_FINDINGS_OF_A_KIND && findings.size() < MAX_FINDINGS) {
      findings.add(fault + ": " + finding);
    }
  }

  void operation(boolean isNewMessage, boolean known, int repeats) {
    messages += known && isNewMessage ? 1 : 0;
    acknowledged += known ? 1 : 0;
    unknown += known ? 0 : 1;
    duplicates += repeats;
  }

  void delivered() {
    deliveries++;
  }

  void resumed() {
    resumes++;
  }

  void reset() {
    resets++;
  }

  void unavailable(Duration longest) {
    unavailable = longest;
  }

  public int count(Fault fault) {
    return counts.getOrDefault(fault, 0);
  }

  /** Operations that their askers know to be stored. */
  public long acknowledged() {
    return acknowledged;
  }

  /** Those of them that were new messages. */
  public long messages() {
    return messages;
  }

  /** Answers that said that a message was stored before. */
  public long duplicates() {
    return duplicates;
  }

  public long deliveries() {
    return deliveries;
  }

  /** How often a server said that nothing was missed. */
  public long resumes() {
    return resumes;
  }

  /** How often a server said that something was. */
  public long resets() {
    return resets;
  }

  /** The longest time in which somebody waited for an acknowledgement and nobody got one. */
  public Duration unavailable() {
    return unavailable;
  }

  public boolean isClean() {
    return counts.isEmpty();
  }

  public List<String> findings() {
    return List.copyOf(findings);
  }

  /** The whole result on one line. */
  public String line() {
    StringBuilder line = new StringBuilder();
    line.append("acked=").append(acknowledged).append(" unknown=").append(unknown);
    line.append(" duplicates=").append(duplicates).append(" delivered=").append(deliveries);
    for (Fault fault : Fault.values()) {
      line.append(' ').append(fault.word()).append('=').append(count(fault));
    }
    line.append(" resumes=").append(resumes).append(" resets=").append(resets);
    line.append(" unavailable=").append(unavailable.toMillis()).append("ms seed=").append(seed);
    return line.toString();
  }

  /** The line, and the first findings. */
  @Override
  public String toString() {
    return line() + (findings.isEmpty() ? "" : "\n  " + String.join("\n  ", findings));
  }
}
