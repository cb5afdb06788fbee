package io.carillon.check.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between two parties, such as clients and a node or a node and its database, and lets
 * connections go wrong. What it swallows is acknowledged to its sender, as TCP has it, and never
 * arrives; what it holds up arrives later. Any thread.
 */
public final class TcpProxy implements AutoCloseable {
  private final Wire wire;
  private final List<InetSocketAddress> targets;
  private int nextTarget; // of the wire's thread
  private int accepted; // of the wire's thread, so far
  private volatile int firstTurnedAway = Integer.MAX_VALUE;
  private volatile int lastTurnedAway;
  private final ServerSocketChannel server;
  private final Set<Side> sides = ConcurrentHashMap.newKeySet();
  private volatile boolean swallowing;
  private boolean stalled; // of the wire's thread

  public TcpProxy(Wire wire, InetSocketAddress target) {
    this(wire, List.of(target));
  }

  /** Connects to its targets by turns, and to the next one if one refuses. */
  public TcpProxy(Wire wire, List<InetSocketAddress> targets) {
    this.wire = wire;
    this.targets = List.copyOf(targets);
    this.server = wire.listen(this::accepted);
  }

  /** Where clients connect to. */
  public InetSocketAddress address() {
    try {
      return (InetSocketAddress) server.getLocalAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Cuts some connections as they come, by their number, the first of all being 1. */
  public void turnAway(int first, int last) {
    lastTurnedAway = last;
    firstTurnedAway = first;
  }

  private void accepted(SocketChannel channel) {
    Side client = new Side();
    client.isOpen = true;
    client.connection = wire.adopt(channel, client);
    accepted++;
    if (accepted >= firstTurnedAway && accepted <= lastTurnedAway) {
      client.other = client; // there is no other side
      client.connection.reset();
      return;
    }
    sides.add(client);
    if (stalled) {
      client.connection.pause();
    }
    connect(client, targets.size());
  }

  private void connect(Side client, int tries) {
    Side node = new Side();
    client.other = node;
    node.other = client;
    node.triesLeft = tries - 1;
    node.connection = wire.connect(targets.get(nextTarget++ % targets.size()), 0, node);
    sides.add(node);
    client.early.forEach(node.connection::write);
    if (stalled) {
      node.connection.pause();
    }
  }

  /** From now on nothing gets through in either direction, not even that a side has ended. */
  public void swallow() {
    swallowing = true;
  }

  /** New connections get through again; those of before are dead, and nobody is told. */
  public void forget() {
    sides.forEach(side -> side.dead = true);
    swallowing = false;
  }

  /** From now on nothing gets through, until {@link #proceed} lets all of it. */
  public void stall() {
    stall(true);
  }

  /** On the wire's thread, where new connections come, so that none is forgotten. */
  private void stall(boolean on) {
    wire.execute(
        () -> {
          stalled = on;
          sides.forEach(side -> pause(side, on));
        });
  }

  private static void pause(Side side, boolean on) {
    if (on) {
      side.connection.pause();
    } else {
      side.connection.resume();
    }
  }

  /** What was held up goes on its way. */
  public void proceed() {
    stall(false);
  }

  /** Cuts all connections with a RST. */
  public void cut() {
    sides.forEach(side -> side.connection.reset());
  }

  /** Connections that are open on the node's side or the clients'. */
  public int openSides() {
    return sides.size();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }

  private final class Side implements WireListener {
    private Side other;
    private WireConnection connection;
    private volatile boolean dead;
    private final List<byte[]> early = new ArrayList<>(); // what came before the node was reached
    private boolean isOpen;
    private int triesLeft;

    @Override
    public void opened() {
      isOpen = true;
      other.early.clear();
    }

    @Override
    public void received(ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      if (!isCutOff()) {
        if (!other.isOpen) {
          early.add(copy);
        }
        other.connection.write(copy);
      }
    }

    @Override
    public void closed(Throwable reason) {
      sides.remove(this);
      if (isCutOff()) {
        return;
      }
      if (!isOpen && triesLeft > 0 && sides.contains(other)) {
        connect(other, triesLeft);
        return;
      }
      if (reason == null) {
        other.connection.close();
      } else {
        other.connection.reset();
      }
    }

    private boolean isCutOff() {
      return swallowing || dead;
    }
  }
}
