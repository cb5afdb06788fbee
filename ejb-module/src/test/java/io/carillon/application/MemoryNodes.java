package io.carillon.application;

import io.carillon.domain.node.NodeReport;
import io.carillon.domain.node.NodeRepository;
import io.carillon.domain.node.SeenNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The list of nodes without a database, and what a database may do to it. */
final class MemoryNodes implements NodeRepository {
  final AtomicInteger writes = new AtomicInteger();
  private final Map<String, NodeReport> rows = Collections.synchronizedMap(new LinkedHashMap<>());
  private final Map<String, Long> silentMillis = Collections.synchronizedMap(new LinkedHashMap<>());
  volatile Runnable database = () -> {};

  void isSilent(String run, long millis) {
    silentMillis.put(run, millis);
  }

  @Override
  public void seen(NodeReport node, int timeoutMillis) {
    writes.incrementAndGet();
    database.run();
    rows.put(node.run(), node);
    silentMillis.put(node.run(), 0L);
  }

  @Override
  public void remove(String run, int timeoutMillis) {
    database.run();
    rows.remove(run);
  }

  @Override
  public List<SeenNode> list() {
    List<SeenNode> nodes = new ArrayList<>();
    synchronized (rows) {
      rows.values()
          .forEach(report -> nodes.add(new SeenNode(report, 1, silentMillis.get(report.run()))));
    }
    return nodes;
  }

  @Override
  public int purge(long silent) {
    throw new UnsupportedOperationException();
  }
}
