package io.carillon.application;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * A stretch of a list that administrators look through.
 *
 * @param hasMore whether there is something after it
 * @param total how many there are in all; empty where nobody has counted
 */
public record AdminPage<T>(List<T> items, boolean hasMore, OptionalLong total) {
  public AdminPage {
    items = List.copyOf(items);
    Objects.requireNonNull(total);
  }

  /**
   * The page from a query that asked for one item more than wanted.
   *
   * @param found at most {@code limit + 1} items
   */
  static <T> AdminPage<T> of(List<T> found, int limit, OptionalLong total) {
    Page<T> page = Page.of(found, limit);
    return new AdminPage<>(page.items(), page.hasMore(), total);
  }

  /**
   * As {@link #of(List, int, OptionalLong)}, with the number of all for the first page alone: it is
   * counted only where the page does not hold them all.
   */
  static <T> AdminPage<T> of(List<T> found, int limit, boolean isFirst, LongSupplier count) {
    OptionalLong total = OptionalLong.empty();
    if (isFirst) {
      total = OptionalLong.of(found.size() <= limit ? found.size() : count.getAsLong());
    }
    return of(found, limit, total);
  }

  <R> AdminPage<R> map(Function<? super T, ? extends R> change) {
    return new AdminPage<R>(items.stream().<R>map(change).toList(), hasMore, total);
  }
}
