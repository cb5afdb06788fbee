package io.carillon.domain.user;

import java.util.Optional;

/** Tickets that are not used yet, for all nodes. Every method is one transaction. */
public interface TicketRepository {

  /**
   * Keeps a ticket.
   *
   * @param digest of its secret, at most 64 characters
   * @param maxOfHolder valid tickets that one holder may have, about: several calls at once may
   *     each see the last free place
   * @return false if the holder has that many
   */
  boolean add(
      String digest, Identity holder, long expiresAtMillis, long nowMillis, int maxOfHolder);

  /**
   * Takes a ticket away: of any number of calls on any nodes one gets it.
   *
   * @return who it was made for, with the name and picture left out; empty also for one that has
   *     expired
   */
  Optional<Identity> take(String digest, long nowMillis);

  /**
   * Forgets tickets that have expired.
   *
   * @return how many
   */
  int purge(long nowMillis);
}
