package io.carillon.security;

import io.carillon.domain.user.Identity;
import io.carillon.domain.user.TicketRepository;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Tickets of a test. */
final class MemoryTickets implements TicketRepository {
  private record Entry(Identity holder, long expiresAtMillis) {}

  private final Map<String, Entry> entries = new HashMap<>();

  @Override
  public boolean add(
      String digest, Identity holder, long expiresAtMillis, long nowMillis, int maxOfHolder) {
    if (entries.values().stream().filter(entry -> entry.holder.equals(holder)).count()
        >= maxOfHolder) {
      return false;
    }
    entries.put(digest, new Entry(holder, expiresAtMillis));
    return true;
  }

  @Override
  public Optional<Identity> take(String digest, long nowMillis) {
    return Optional.ofNullable(entries.remove(digest))
        .filter(entry -> nowMillis < entry.expiresAtMillis)
        .map(Entry::holder);
  }

  @Override
  public int purge(long nowMillis) {
    throw new UnsupportedOperationException();
  }
}
