package io.carillon.persistence;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** Stands still until it is told to go on. */
final class TestClock extends Clock {
  private final AtomicLong nowMillis = new AtomicLong(1_800_000_000_000L);

  void advance(Duration by) {
    nowMillis.addAndGet(by.toMillis());
  }

  @Override
  public long millis() {
    return nowMillis.get();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
