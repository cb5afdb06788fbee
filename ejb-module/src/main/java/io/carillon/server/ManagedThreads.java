package io.carillon.server;

import io.carillon.config.Settings;
import io.carillon.node.NodeWorkers;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** Makes the node's threads of the server's own (Jakarta Concurrency 3.0, section 3.4). */
@ApplicationScoped
public class ManagedThreads {
  /** That of the specification, and that of {@code config/tomee}. */
  private static final List<String> NAMES =
      List.of("java:comp/DefaultManagedThreadFactory", "openejb:Resource/carillon/threads");

  @Produces
  @Singleton
  NodeWorkers workers(Settings settings) {
    return new NodeWorkers(
        settings.database().poolSize(),
        ServerResource.find(ManagedThreadFactory.class, "managed thread factory", NAMES));
  }

  void close(@Disposes NodeWorkers workers) {
    workers.close();
  }
}
