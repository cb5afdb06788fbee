package io.carillon.domain.user;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which of an organization's accounts somebody wants to see.
 *
 * @param text is in the id or the name, in any case; the empty string for all
 * @param roles none for all
 * @param locked null for both
 */
public record UserFilter(String text, Set<OrganizationRole> roles, Boolean locked) {
  /** Everybody. */
  public static final UserFilter ALL = new UserFilter("", Set.of(), null);

  public UserFilter {
    Objects.requireNonNull(text);
    roles = Set.copyOf(roles);
  }

  public Optional<Boolean> wantedLocked() {
    return Optional.ofNullable(locked);
  }

  /** In which order a list of accounts comes; ids decide where the values are the same. */
  public record Order(By by, boolean descending) {
    public static final Order ID = new Order(By.ID, false);

    public Order {
      Objects.requireNonNull(by);
    }
  }

  public enum By {
    ID,
    NAME,
    CREATED_AT
  }

  /**
   * Where a page ends, and the next one begins.
   *
   * @param name the last user's, where names are the order
   * @param number when the last account was made, where that is the order
   * @param id the last user's; the empty string for the beginning of the list
   */
  public record Mark(String name, long number, String id) {
    public static final Mark BEGINNING = new Mark("", 0, "");

    public Mark {
      Objects.requireNonNull(name);
      Objects.requireNonNull(id);
    }

    public boolean isBeginning() {
      return id.isEmpty();
    }
  }
}
