package io.carillon.node;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Makes what a node has one of. */
@ApplicationScoped
public class NodeBeans {
  @Produces
  @Singleton
  NodeId nodeId() {
    return NodeId.random();
  }

  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  /** Listens to the JVM until the node stops. */
  @Produces
  @Singleton
  JvmGcMetrics collections() {
    return new JvmGcMetrics();
  }

  /**
   * The node's meters, with those of the JVM it runs in.
   *
   * @param others what else there is to measure, for instance the server's pool of connections
   */
  @Produces
  @Singleton
  PrometheusMeterRegistry registry(@Any Instance<MeterBinder> others) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    others.forEach(other -> other.bindTo(registry));
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    return registry;
  }

  void close(@Disposes JvmGcMetrics collections) {
    collections.close();
  }

  void close(@Disposes PrometheusMeterRegistry registry) {
    registry.close();
  }
}
