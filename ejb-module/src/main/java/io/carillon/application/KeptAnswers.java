package io.carillon.application;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Answers that cost something to find, kept for a while for whoever asks the same. Two who ask at
 * the same moment may both look. Any thread.
 */
final class KeptAnswers<K, V> {
  private final Duration maxAge;
  private final int maxKept;
  private final Map<K, Answer<V>> all = new ConcurrentHashMap<>();

  private record Answer<V>(V value, long foundNanos) {}

  /**
   * @param maxKept for so many keys; one more, and all are forgotten
   */
  KeptAnswers(Duration maxAge, int maxKept) {
    this.maxAge = maxAge;
    this.maxKept = maxKept;
  }

  /** The answer that is known, unless it is too old; otherwise what is found now. */
  V get(K key, Supplier<V> look) {
    Answer<V> known = all.get(key);
    if (known == null || System.nanoTime() - known.foundNanos() > maxAge.toNanos()) {
      known = new Answer<>(look.get(), System.nanoTime());
      if (all.size() >= maxKept) {
        all.clear();
      }
      all.put(key, known);
    }
    return known.value();
  }
}
