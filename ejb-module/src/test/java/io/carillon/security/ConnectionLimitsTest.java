package io.carillon.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
  private static final Identity ALICE = People.user("alice");

  private static ErrorCode refusal(ConnectionLimits limits, Identity user, String address) {
    return catchThrowableOfType(RealtimeException.class, () -> limits.acquire(user, address))
        .code();
  }

  @Test
  void refusesEachKindWithItsCode() {
    ConnectionLimits limits = new ConnectionLimits(3, 2, 2);
    limits.acquire(ALICE, "192.0.2.1");
    ConnectionLimits.Permit second = limits.acquire(ALICE, "192.0.2.1");
    assertThat(refusal(limits, ALICE, "192.0.2.2")).isEqualTo(ErrorCode.RATE_LIMITED);
    assertThat(refusal(limits, People.user("bob"), "192.0.2.1")).isEqualTo(ErrorCode.RATE_LIMITED);
    limits.acquire(People.user("bob"), "192.0.2.2");
    assertThat(refusal(limits, People.user("bob"), "192.0.2.2")).isEqualTo(ErrorCode.OVERLOADED);
    second.close();
    limits.acquire(People.user("bob"), "192.0.2.2");
  }

  @Test
  void givesAPlaceBackOnce() {
    ConnectionLimits limits = new ConnectionLimits(2, 2, 2);
    limits.acquire(ALICE, "192.0.2.1");
    ConnectionLimits.Permit permit = limits.acquire(ALICE, "192.0.2.1");
    permit.close();
    permit.close();
    assertThat(limits.open()).isEqualTo(1);
    limits.acquire(ALICE, "192.0.2.1");
    assertThat(refusal(limits, ALICE, "192.0.2.1")).isEqualTo(ErrorCode.RATE_LIMITED);
  }

  @Test
  void countsAWholeIpv6NetworkAsOneAddress() {
    ConnectionLimits limits = new ConnectionLimits(10, 10, 1);
    limits.acquire(ALICE, "2001:db8:1:2::1");
    assertThat(refusal(limits, ALICE, "2001:0db8:0001:0002:ffff::2"))
        .isEqualTo(ErrorCode.RATE_LIMITED);
    limits.acquire(ALICE, "2001:db8:1:3::1");
  }

  @Test
  void isExactPerUserPerAddressAndInAll() throws Exception {
    int limit = 37;
    assertExact(
        new ConnectionLimits(limit, 1_000, 1_000),
        limit,
        i -> People.user("user" + i),
        i -> "10.0.0." + i);
    assertExact(new ConnectionLimits(1_000, limit, 1_000), limit, i -> ALICE, i -> "10.0.0." + i);
    assertExact(
        new ConnectionLimits(1_000, 1_000, limit),
        limit,
        i -> People.user("user" + i),
        i -> "10.0.0.1");
  }

  private static void assertExact(
      ConnectionLimits limits, int limit, IntFunction<Identity> user, IntFunction<String> address)
      throws Exception {
    for (int round = 0; round < 20; round++) {
      ConcurrentLinkedQueue<ConnectionLimits.Permit> permits = new ConcurrentLinkedQueue<>();
      int open =
          Race.winners(
              100,
              number -> {
                try {
                  permits.add(limits.acquire(user.apply(number), address.apply(number)));
                  return true;
                } catch (RealtimeException e) {
                  return false;
                }
              });
      assertThat(open).isEqualTo(limit);
      assertThat(limits.open()).isEqualTo(limit);
      List<ConnectionLimits.Permit> all = new ArrayList<>(permits);
      // Two threads for each: the container's close and our own may well meet.
      Race.winners(
          2 * limit,
          number -> {
            all.get(number / 2).close();
            return true;
          });
      assertThat(limits.open()).isZero();
      assertThat(limits.counted()).isZero();
    }
  }
}
