package io.carillon.security;

import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.TicketRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Tickets stand in for a token where a browser can send no header: valid for seconds, for one
 * stream or socket, on whichever node. Kept by their digests. For any thread; waits for the
 * database.
 */
@ApplicationScoped
public class Tickets {
  static final int MAX_PER_USER = 100;
  private static final int MAX_LENGTH = 64;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final TicketRepository repository;
  private final Duration lifetime;
  private final Clock clock;

  protected Tickets() { // for the client proxy
    this.repository = null;
    this.lifetime = null;
    this.clock = null;
  }

  @Inject
  public Tickets(TicketRepository repository, Settings settings, Clock clock) {
    this(repository, settings.tokens().ticketLifetime(), clock);
  }

  Tickets(TicketRepository repository, Duration lifetime, Clock clock) {
    this.repository = repository;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /**
   * A new ticket for this identity.
   *
   * @throws RealtimeException with {@code RATE_LIMITED} if the user holds too many
   */
  public Ticket issue(Identity holder) {
    Instant now = clock.instant();
    Ticket ticket = new Ticket(RandomIds.next(), now.plus(lifetime));
    String digest = RandomIds.digest(ticket.value());
    long expiresAtMillis = ticket.expiresAt().toEpochMilli();
    if (!repository.add(digest, holder, expiresAtMillis, now.toEpochMilli(), MAX_PER_USER)) {
      throw new RealtimeException(ErrorCode.RATE_LIMITED, "unused tickets of a user", RETRY_AFTER);
    }
    return ticket;
  }

  /**
   * Whose ticket it is, once: of any number of calls at the same time, on whatever nodes, one
   * succeeds. Whether the holder may still come in is to be asked of the record.
   *
   * @return without name and picture
   */
  Optional<Identity> redeem(String ticket) {
    return ticket.length() > MAX_LENGTH
        ? Optional.empty()
        : repository.take(RandomIds.digest(ticket), clock.millis());
  }

  /**
   * A ticket that was made.
   *
   * @param value a secret, at least 128 random bits of base64url
   */
  public record Ticket(String value, Instant expiresAt) {
    public Ticket {
      Objects.requireNonNull(value);
      Objects.requireNonNull(expiresAt);
    }

    @Override
    public String toString() {
      return "Ticket[" + expiresAt + "]";
    }
  }
}
