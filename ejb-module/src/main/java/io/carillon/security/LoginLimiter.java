package io.carillon.security;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Slows the guessing of passwords: so many failed logins a minute for each account and for each
 * address. A login counts when it begins, so many at once gain nothing, and is forgiven when it
 * succeeds. For any thread.
 */
public final class LoginLimiter {
  private static final Duration PERIOD = Duration.ofMinutes(1);
  private static final int MAX_KEYS = 100_000;

  private final TokenBuckets accounts;
  private final TokenBuckets addresses;

  /**
   * @param failuresPerMinute for each account; an address, behind which may sit a whole company,
   *     has three times as many
   */
  public LoginLimiter(int failuresPerMinute, LongSupplier nanoClock) {
    this.accounts = new TokenBuckets(failuresPerMinute, PERIOD, MAX_KEYS, nanoClock);
    this.addresses = new TokenBuckets(3 * failuresPerMinute, PERIOD, MAX_KEYS, nanoClock);
  }

  /**
   * Counts an attempt.
   *
   * @param account whatever was given as one, known or not
   * @param address the client's, as {@link ClientAddress} has it
   * @throws RealtimeException with {@code RATE_LIMITED} and the time to wait
   */
  public Attempt begin(String account, String address) {
    // The key has a fixed size, whatever was sent for an account.
    String accountKey = RandomIds.digest(account);
    String addressKey = ClientAddress.group(address);
    Duration wait = addresses.take(addressKey);
    if (wait.isZero()) {
      wait = accounts.take(accountKey);
    }
    if (!wait.isZero()) {
      throw new RealtimeException(ErrorCode.RATE_LIMITED, "login attempts", wait);
    }
    return () -> {
      accounts.giveBack(accountKey);
      addresses.giveBack(addressKey);
    };
  }

  /** A login that is under way. */
  @FunctionalInterface
  public interface Attempt {
    /** The attempt does not count: the password was right, or never looked at. Once at most. */
    void forgive();
  }
}
