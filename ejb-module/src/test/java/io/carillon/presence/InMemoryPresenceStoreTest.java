package io.carillon.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.config.Settings;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InMemoryPresenceStoreTest extends PresenceStoreContract {

  @Override
  protected PresenceStore create(Settings settings, Clock clock) {
    return new InMemoryPresenceStore(settings, clock);
  }

  private InMemoryPresenceStore inMemory() {
    return (InMemoryPresenceStore) store;
  }

  @Test
  void keepsNothingOfConnectionsThatAreGone() {
    for (int i = 0; i < 50_000; i++) {
      PresenceEntry organization = entry("user" + i % 1_000, "c" + i);
      PresenceEntry channel = entry(GENERAL, "user" + i % 1_000, "c" + i);
      keep(organization, channel);
      release(organization, channel);
      if (i % 500 == 0) {
        sweepAfter(Duration.ofSeconds(1)); // 500 connections a second
        assertThat(inMemory().size()).isLessThanOrEqualTo(2 * 500 * 7);
      }
    }
    sweepAfter(GRACE);
    assertThat(inMemory().size()).isZero();
    assertThat(inMemory().scopes()).isZero();
  }

  @Test
  void takesNoMoreEntriesThanAllowed() {
    store = create(Settings.of(Map.of("CARILLON_PRESENCE_MAX_ENTRIES", "1000")), clock);
    for (int i = 0; i < 1_500; i++) {
      keep(entry("user" + i, "c" + i));
    }
    assertThat(inMemory().size()).isEqualTo(1_000);
    assertThat(keep(entry("user0", "c0"))).isEmpty(); // what is there can still be extended
    assertThat(keep(entry("user1200", "c1200"))).isEmpty();
    remove(entry("user1", "c1"));
    assertThat(keep(entry("user1200", "c1200"))).containsExactly("user1200 ONLINE");
  }
}
