package io.carillon.security;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tickets in this node's memory, kept by their digests. All live equally long, so they lie in the
 * order in which they expire and the old ones are dropped whenever a new one comes.
 */
public final class LocalTickets implements Tickets {
  static final int MAX_PER_USER = 100;
  private static final int MAX_TICKETS = 100_000;
  private static final int MAX_LENGTH = 64;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private record Entry(Identity holder, String holderKey, Instant expiresAt) {}

  private final Duration lifetime;
  private final int maxTickets;
  private final Clock clock;
  private final Map<String, Entry> entries = new LinkedHashMap<>(); // guarded by this
  private final Map<String, Integer> perUser = new HashMap<>(); // guarded by this

  /**
   * @param lifetime of every ticket
   */
  public LocalTickets(Duration lifetime, Clock clock) {
    this(lifetime, MAX_TICKETS, clock);
  }

  LocalTickets(Duration lifetime, int maxTickets, Clock clock) {
    this.lifetime = lifetime;
    this.maxTickets = maxTickets;
    this.clock = clock;
  }

  @Override
  public synchronized Ticket issue(Identity holder) {
    Instant now = clock.instant();
    dropExpired(now);
    String holderKey = holder.organization() + '/' + holder.kind() + '/' + holder.userId();
    if (perUser.getOrDefault(holderKey, 0) >= MAX_PER_USER) {
      throw new RealtimeException(ErrorCode.RATE_LIMITED, "unused tickets of a user", RETRY_AFTER);
    }
    if (entries.size() >= maxTickets) {
      throw new RealtimeException(ErrorCode.OVERLOADED, "unused tickets", RETRY_AFTER);
    }
    Ticket ticket = new Ticket(RandomIds.next(), now.plus(lifetime));
    String digest = RandomIds.digest(ticket.value());
    entries.put(digest, new Entry(holder, holderKey, ticket.expiresAt()));
    perUser.merge(holderKey, 1, Integer::sum);
    return ticket;
  }

  @Override
  public Optional<Identity> redeem(String ticket) {
    if (ticket.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    String digest = RandomIds.digest(ticket);
    synchronized (this) {
      Entry entry = entries.remove(digest);
      if (entry == null) {
        return Optional.empty();
      }
      forget(entry);
      return clock.instant().isBefore(entry.expiresAt)
          ? Optional.of(entry.holder)
          : Optional.empty();
    }
  }

  synchronized int size() {
    return entries.size();
  }

  private void dropExpired(Instant now) {
    for (Iterator<Entry> oldest = entries.values().iterator(); oldest.hasNext(); ) {
      Entry entry = oldest.next();
      if (now.isBefore(entry.expiresAt)) {
        return;
      }
      oldest.remove();
      forget(entry);
    }
  }

  private void forget(Entry entry) {
    perUser.computeIfPresent(entry.holderKey, (ignored, count) -> count == 1 ? null : count - 1);
  }
}
