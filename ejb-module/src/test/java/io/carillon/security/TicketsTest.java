package io.carillon.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TicketsTest {
  private static final Duration LIFETIME = Duration.ofSeconds(30);
  private final ManualClock clock = new ManualClock();
  private final Tickets tickets = new Tickets(new MemoryTickets(), LIFETIME, clock);

  @Test
  void knowsTheHolderOnce() {
    Tickets.Ticket ticket = tickets.issue(People.user("alice"));
    assertThat(ticket.expiresAt()).isEqualTo(Tokens.NOW.plus(LIFETIME));
    assertThat(tickets.redeem(ticket.value())).contains(People.user("alice"));
    assertThat(tickets.redeem(ticket.value())).isEmpty();
  }

  @Test
  void endsAfterItsLifetime() {
    String ticket = tickets.issue(People.user("alice")).value();
    String other = tickets.issue(People.user("alice")).value();
    clock.advance(LIFETIME.minusMillis(1));
    assertThat(tickets.redeem(ticket)).isPresent();
    clock.advance(Duration.ofMillis(1));
    assertThat(tickets.redeem(other)).isEmpty();
  }

  @Test
  void cannotBeGuessed() {
    Set<String> values = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      String value = tickets.issue(People.user("user" + i)).value();
      assertThat(value).matches("[A-Za-z0-9_-]{32}"); // 192 bits
      values.add(value);
    }
    assertThat(values).hasSize(1_000);
    assertThat(tickets.redeem("")).isEmpty();
    assertThat(tickets.redeem("A".repeat(32))).isEmpty();
    assertThat(tickets.redeem("A".repeat(1_000_000))).isEmpty();
  }

  @Test
  void holdsFewForAUser() {
    for (int i = 0; i < Tickets.MAX_PER_USER; i++) {
      tickets.issue(People.user("alice"));
    }
    assertThat(
            catchThrowableOfType(RealtimeException.class, () -> tickets.issue(People.user("alice")))
                .code())
        .isEqualTo(ErrorCode.RATE_LIMITED);
    tickets.issue(People.user("bob"));
  }

  @Test
  void keepsTicketsOutOfLogs() {
    Tickets.Ticket ticket = tickets.issue(People.user("alice"));
    assertThat(ticket.toString()).doesNotContain(ticket.value());
  }
}
