package io.carillon.application;

import java.util.List;
import java.util.function.Function;

/**
 * A stretch of a longer list.
 *
 * @param hasMore whether there is something after it
 */
public record Page<T>(List<T> items, boolean hasMore) {
  public Page {
    items = List.copyOf(items);
  }

  /**
   * The page from a query that asked for one item more than wanted.
   *
   * @param found at most {@code limit + 1} items
   */
  static <T> Page<T> of(List<T> found, int limit) {
    boolean more = found.size() > limit;
    return new Page<>(more ? found.subList(0, limit) : found, more);
  }

  <R> Page<R> map(Function<? super T, ? extends R> change) {
    return new Page<R>(items.stream().<R>map(change).toList(), hasMore);
  }
}
