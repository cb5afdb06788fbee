package io.carillon.tomcat;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalDataSourceMetrics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/** How far the pool of database connections is used. */
record PoolMeters(AgroalDataSource pool) implements MeterBinder {

  @Override
  public void bindTo(MeterRegistry registry) {
    gauge(
        registry,
        "carillon.database.connections.max",
        "Connections to the database at most",
        p -> p.getConfiguration().connectionPoolConfiguration().maxSize());
    gauge(
        registry,
        "carillon.database.connections.active",
        "Connections to the database in use",
        p -> metrics(p).activeCount());
    gauge(
        registry,
        "carillon.database.connections.idle",
        "Connections to the database that are open and free",
        p -> metrics(p).availableCount());
    gauge(
        registry,
        "carillon.database.connections.waiting",
        "Threads that wait for a connection to the database",
        p -> metrics(p).awaitingCount());
    FunctionCounter.builder(
            "carillon.database.connections.acquired", pool, p -> metrics(p).acquireCount())
        .description("Connections handed out")
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<AgroalDataSource> value) {
    Gauge.builder(name, pool, value).description(description).register(registry);
  }

  private static AgroalDataSourceMetrics metrics(AgroalDataSource pool) {
    return pool.getMetrics();
  }
}
