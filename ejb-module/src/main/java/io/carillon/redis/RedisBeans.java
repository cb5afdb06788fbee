package io.carillon.redis;

import io.carillon.bus.Bus;
import io.carillon.bus.LoopbackBus;
import io.carillon.config.Settings;
import io.carillon.node.NodeId;
import io.carillon.node.Workers;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;

/** Chooses the bus: Redis where its address is set, else one inside this process. */
@ApplicationScoped
public class RedisBeans {
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

  void close(@Disposes Bus bus) {
    if (bus instanceof RedisBus redis) {
      redis.close();
    }
  }
}
