package io.carillon.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LocalTicketsTest {
  private static final Duration LIFETIME = Duration.ofSeconds(30);
  private final ManualClock clock = new ManualClock();
  private final LocalTickets tickets = new LocalTickets(LIFETIME, 1_000, clock);

  @Test
  void knowsTheHolderOnce() {
    Tickets.Ticket ticket = tickets.issue(People.user("alice"));
    assertThat(ticket.expiresAt()).isEqualTo(Tokens.NOW.plus(LIFETIME));
    assertThat(tickets.redeem(ticket.value())).contains(People.user("alice"));
    assertThat(tickets.redeem(ticket.value())).isEmpty();
  }

  @Test
  void letsOneOfAHundredThreadsIn() throws Exception {
    for (int round = 0; round < 50; round++) {
      String ticket = tickets.issue(People.user("alice")).value();
      assertThat(Race.winners(100, number -> tickets.redeem(ticket).isPresent())).isEqualTo(1);
    }
    assertThat(tickets.size()).isZero();
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
  void holdsFewForAUserAndNotTooManyInAll() {
    for (int i = 0; i < LocalTickets.MAX_PER_USER; i++) {
      tickets.issue(People.user("alice"));
    }
    assertThat(refusal("alice")).isEqualTo(ErrorCode.RATE_LIMITED);
    for (int i = LocalTickets.MAX_PER_USER; i < 1_000; i++) {
      tickets.issue(People.user("user" + i));
    }
    assertThat(refusal("bob")).isEqualTo(ErrorCode.OVERLOADED);
    clock.advance(LIFETIME);
    tickets.issue(People.user("alice"));
    assertThat(tickets.size()).isEqualTo(1);
  }

  private ErrorCode refusal(String user) {
    return catchThrowableOfType(RealtimeException.class, () -> tickets.issue(People.user(user)))
        .code();
  }

  @Test
  void keepsTicketsOutOfLogs() {
    Tickets.Ticket ticket = tickets.issue(People.user("alice"));
    assertThat(ticket.toString()).doesNotContain(ticket.value());
  }
}
