package io.carillon.redis;

import io.carillon.bus.Bus;
import io.carillon.bus.LoopbackBus;
import io.carillon.config.Settings;
import io.carillon.node.NodeId;
import io.carillon.node.Workers;
import io.carillon.security.LocalRateLimiter;
import io.carillon.security.RateLimiter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Chooses what nodes share: in Redis where its address is set, else inside this process. */
@ApplicationScoped
public class RedisBeans {
  // Somebody waits for the answer, and can do without it.
  private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(500);
  private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(200);
  private static final int MAX_LINKS = 16;

  @Produces
  @ApplicationScoped
  Bus bus(Settings settings, NodeId node, Workers workers, MeterRegistry registry) {
    if (!settings.cluster().redisUrl().isPresent()) {
      return new LoopbackBus();
    }
    return new RedisBus(
        RedisAddress.parse(settings.cluster().redisUrl().value()),
        settings.cluster().redisPrefix(),
        node,
        ClusterKey.of(settings),
        workers,
        registry);
  }

  @Produces
  @Singleton
  RateLimiter rateLimiter(Settings settings, RedisPool redis) {
    int messagesPerMinute = settings.limits().messagesPerMinute();
    RateLimiter here = new LocalRateLimiter(messagesPerMinute, System::nanoTime);
    return settings.cluster().redisUrl().isPresent()
        ? new RedisRateLimiter(redis, settings.cluster().redisPrefix(), messagesPerMinute, here)
        : here;
  }

  /** Opens nothing before somebody asks. */
  @Produces
  @Singleton
  RedisPool pool(Settings settings) {
    return new RedisPool(
        () ->
            new RedisLink(
                RedisAddress.parse(settings.cluster().redisUrl().value()),
                "carillon-ask",
                CONNECT_TIMEOUT,
                ANSWER_TIMEOUT),
        MAX_LINKS,
        System::nanoTime);
  }

  void close(@Disposes RedisPool pool) {
    pool.close();
  }

  void close(@Disposes Bus bus) {
    if (bus instanceof RedisBus redis) {
      redis.close();
    }
  }
}
