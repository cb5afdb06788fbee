package io.carillon.security;

import java.util.Optional;

/** Counts the open connections of a user over all nodes. For any thread. */
public interface UserPlaces {
  /** Counts nothing: for a single node, which has done so already. */
  UserPlaces UNCOUNTED = user -> Optional.of(() -> {});

  /**
   * Takes a place. May wait for a moment.
   *
   * @param user unique over all organizations and kinds of users
   * @return gives the place back, once, and never blocks; empty if the user has as many connections
   *     as are allowed
   */
  Optional<Runnable> take(String user);
}
