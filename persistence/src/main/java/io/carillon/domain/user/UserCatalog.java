package io.carillon.domain.user;

import java.util.List;

/**
 * An organization's accounts as those see them who look after them. Every method is one
 * transaction; results are detached.
 */
public interface UserCatalog {

  /**
   * A page of those that a filter lets through.
   *
   * @param after where the page before ended
   * @param limit 1 to 1,000
   */
  List<User> search(
      String organization,
      UserFilter filter,
      UserFilter.Order order,
      UserFilter.Mark after,
      int limit);

  /** How many a filter lets through. */
  long count(String organization, UserFilter filter);
}
