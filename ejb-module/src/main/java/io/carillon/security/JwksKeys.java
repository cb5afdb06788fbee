package io.carillon.security;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * An issuer's published keys, kept in memory. For any thread.
 *
 * <p>They are fetched again when they have grown old, behind the callers' backs, and when a token
 * names a key that is not among them; but never twice within {@link #MIN_INTERVAL}, whatever tokens
 * are thrown at us. While the source is away the keys that are known remain good for {@link
 * #MAX_AGE}; an unknown key is never accepted.
 */
final class JwksKeys implements VerificationKeys {
  /** The shortest time between two requests to the source. */
  static final Duration MIN_INTERVAL = Duration.ofSeconds(10);

  /** The age at which keys are fetched again. */
  static final Duration REFRESH_AFTER = Duration.ofMinutes(5);

  /** How long keys are good whose source has not answered since. */
  static final Duration MAX_AGE = Duration.ofHours(24);

  private static final Logger LOG = System.getLogger(JwksKeys.class.getName());
  private static final Duration MAX_WAIT = Duration.ofSeconds(6);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
  private static final int MAX_WAITING = 16;

  /** Keys and the time they were fetched at, in the clock's nanoseconds. */
  private record Snapshot(PublishedKeys keys, boolean loaded, long fetchedAt) {}

  private final Supplier<CompletableFuture<String>> source;
  private final LongSupplier nanoClock;
  private final Semaphore waiting = new Semaphore(MAX_WAITING);
  private volatile Snapshot snapshot = new Snapshot(PublishedKeys.EMPTY, false, 0);
  private CompletableFuture<?> lastFetch; // guarded by this, as is the next
  private long lastFetchAt;

  /**
   * @param source fetches the key set's JSON; never blocks or throws, always completes in bounded
   *     time
   * @param nanoClock like {@link System#nanoTime}
   */
  JwksKeys(Supplier<CompletableFuture<String>> source, LongSupplier nanoClock) {
    this.source = source;
    this.nanoClock = nanoClock;
  }

  @Override
  public Optional<JWSVerifier> find(String keyId, JWSAlgorithm algorithm) {
    Optional<JWSVerifier> known = findNow(keyId, algorithm);
    if (known.isPresent()) {
      if (isOlderThan(REFRESH_AFTER)) {
        fetch();
      }
      return known;
    }
    await(fetch());
    Optional<JWSVerifier> fetched = findNow(keyId, algorithm);
    if (fetched.isEmpty() && !snapshot.loaded) {
      // Nothing can be said about this token: it is neither good nor bad.
      throw new RealtimeException(ErrorCode.OVERLOADED, "no keys of the issuer yet", RETRY_AFTER);
    }
    return fetched;
  }

  private Optional<JWSVerifier> findNow(String keyId, JWSAlgorithm algorithm) {
    return isOlderThan(MAX_AGE) ? Optional.empty() : snapshot.keys.find(keyId, algorithm);
  }

  private boolean isOlderThan(Duration age) {
    return nanoClock.getAsLong() - snapshot.fetchedAt > age.toNanos();
  }

  /** Starts a request unless there was one a moment ago; returns the latest one. */
  private synchronized CompletableFuture<?> fetch() {
    long now = nanoClock.getAsLong();
    boolean tooSoon = lastFetch != null && now - lastFetchAt < MIN_INTERVAL.toNanos();
    if (!tooSoon && (lastFetch == null || lastFetch.isDone())) {
      lastFetchAt = now;
      lastFetch = source.get().handle(this::fetched);
    }
    return lastFetch;
  }

  private Void fetched(String json, Throwable failure) {
    if (failure != null) {
      LOG.log(
          Level.WARNING, "The issuer''s keys could not be fetched: {0}", String.valueOf(failure));
      return null;
    }
    try {
      snapshot = new Snapshot(PublishedKeys.parse(json), true, nanoClock.getAsLong());
    } catch (ParseException | RuntimeException e) {
      LOG.log(Level.WARNING, "What the issuer has published is no key set: {0}", e.getMessage());
    }
    return null;
  }

  /** Waits for a request, with few others: a flood of made-up keys must not take all threads. */
  private void await(CompletableFuture<?> fetch) {
    if (fetch.isDone()) {
      return;
    }
    if (!waiting.tryAcquire()) {
      throw new RealtimeException(ErrorCode.OVERLOADED, "waiting for keys", RETRY_AFTER);
    }
    try {
      fetch.get(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(Level.DEBUG, "No answer from the issuer", e);
    } finally {
      waiting.release();
    }
  }
}
