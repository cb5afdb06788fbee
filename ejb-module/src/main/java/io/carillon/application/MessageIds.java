package io.carillon.application;

import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes ids of messages: UUIDs of version 7 (RFC 9562 section 5.7), whose order is roughly their
 * age. Any thread.
 */
final class MessageIds {
  private MessageIds() {}

  static String next(Clock clock) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long high = (clock.millis() << 16) | 0x7000L | random.nextLong(1L << 12);
    long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }
}
