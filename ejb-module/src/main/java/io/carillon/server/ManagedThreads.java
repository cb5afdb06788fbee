package io.carillon.server;

import io.carillon.config.Settings;
import io.carillon.node.NodeWorkers;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes the node's threads of the server's own (Jakarta Concurrency 3.0, section 3.4). */
@ApplicationScoped
public class ManagedThreads {
  @Resource private ManagedThreadFactory threads;

  @Produces
  @Singleton
  NodeWorkers workers(Settings settings) {
    return new NodeWorkers(settings.database().poolSize(), threads);
  }

  void close(@Disposes NodeWorkers workers) {
    workers.close();
  }
}
