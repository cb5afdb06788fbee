package io.carillon.redis;

import io.carillon.bus.Bus;
import io.carillon.bus.LoopbackBus;
import io.carillon.bus.ObservedBus;
import io.carillon.bus.OriginListener;
import io.carillon.config.Settings;
import io.carillon.node.NodeId;
import io.carillon.node.Workers;
import io.carillon.presence.InMemoryPresenceStore;
import io.carillon.presence.PresenceStore;
import io.carillon.security.LocalRateLimiter;
import io.carillon.security.RateLimiter;
import io.carillon.security.UserPlaces;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** Chooses what nodes share: in Redis where its address is set, else inside this process. */
@ApplicationScoped
public class RedisBeans {
  /** Somebody waits to be let in, and can be without the answer. */
  private static final Duration LIMITS_TIMEOUT = Duration.ofMillis(200);

  private static final int LIMITS_LINKS = 16;

  // Null until they are needed; guarded by this.
  private RedisServers servers;
  private RedisPool limits;
  private RedisUserPlaces places;

  @Produces
  @ApplicationScoped
  Bus bus(
      Settings settings,
      NodeId node,
      Workers workers,
      MeterRegistry registry,
      OriginListener origin) {
    return new ObservedBus(bus(settings, node, workers, registry), origin);
  }

  private Bus bus(Settings settings, NodeId node, Workers workers, MeterRegistry registry) {
    if (!isShared(settings)) {
      return new LoopbackBus();
    }
    return new RedisBus(
        servers(settings, workers),
        settings.cluster().redisPrefix(),
        node,
        ClusterKey.of(settings),
        workers,
        registry);
  }

  @Produces
  @ApplicationScoped
  PresenceStore presenceStore(Settings settings, Clock clock, Workers workers) {
    return isShared(settings)
        ? new RedisPresenceStore(
            servers(settings, workers),
            settings.cluster().redisPrefix(),
            settings.presence(),
            workers)
        : new InMemoryPresenceStore(settings, clock);
  }

  @Produces
  @Singleton
  RateLimiter rateLimiter(Settings settings, Workers workers) {
    int messagesPerMinute = settings.limits().messagesPerMinute();
    RateLimiter here = new LocalRateLimiter(messagesPerMinute, System::nanoTime);
    return isShared(settings) && messagesPerMinute > 0
        ? new RedisRateLimiter(limits(settings, workers), messagesPerMinute, here)
        : here;
  }

  @Produces
  @Singleton
  synchronized UserPlaces userPlaces(Settings settings, Workers workers) {
    if (!isShared(settings)) {
      return UserPlaces.UNCOUNTED;
    }
    places =
        RedisUserPlaces.open(
            limits(settings, workers), settings.limits().connectionsPerUser(), workers);
    return places;
  }

  private static boolean isShared(Settings settings) {
    return settings.cluster().redisUrl().isPresent();
  }

  private synchronized RedisServers servers(Settings settings, Workers workers) {
    if (servers == null) {
      servers =
          RedisServers.open(RedisAddress.parseAll(settings.cluster().redisUrl().value()), workers);
    }
    return servers;
  }

  private synchronized RedisPool limits(Settings settings, Workers workers) {
    if (limits == null) {
      limits =
          RedisPool.open(
              servers(settings, workers),
              new RedisKeys(settings.cluster().redisPrefix(), "limits"),
              "carillon-limits",
              LIMITS_LINKS,
              LIMITS_TIMEOUT,
              workers);
    }
    return limits;
  }

  void close(@Disposes Bus bus) {
    if (bus instanceof ObservedBus observed && observed.inner() instanceof RedisBus redis) {
      redis.close();
    }
  }

  void close(@Disposes PresenceStore store) {
    if (store instanceof RedisPresenceStore redis) {
      redis.close();
    }
  }

  @PreDestroy
  synchronized void close() {
    if (places != null) {
      places.close();
    }
    if (limits != null) {
      limits.close();
    }
  }
}
