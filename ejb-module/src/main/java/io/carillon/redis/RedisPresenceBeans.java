package io.carillon.redis;

import io.carillon.config.Settings;
import io.carillon.node.Workers;
import io.carillon.presence.InMemoryPresenceStore;
import io.carillon.presence.PresenceStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import java.time.Clock;
import java.time.Duration;

/** Chooses where presence is kept: in Redis where its address is set, else inside this process. */
@ApplicationScoped
public class RedisPresenceBeans {
  private static final Duration CUT_EVERY = Duration.ofMillis(250);

  @Produces
  @ApplicationScoped
  PresenceStore presenceStore(Settings settings, Clock clock, Workers workers) {
    if (!settings.cluster().redisUrl().isPresent()) {
      return new InMemoryPresenceStore(settings, clock);
    }
    RedisPresenceStore store =
        new RedisPresenceStore(
            RedisAddress.parse(settings.cluster().redisUrl().value()),
            settings.cluster().redisPrefix(),
            settings.presence());
    workers.every(CUT_EVERY, store::cutLate);
    return store;
  }

  void close(@Disposes PresenceStore store) {
    if (store instanceof RedisPresenceStore redis) {
      redis.close();
    }
  }
}
