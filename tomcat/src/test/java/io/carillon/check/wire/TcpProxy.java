package io.carillon.check.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between clients and a node, and lets connections go wrong: what it swallows is
 * acknowledged to its sender, as TCP has it, and never arrives. Any thread.
 */
public final class TcpProxy implements AutoCloseable {
  private final Wire wire;
  private final InetSocketAddress target;
  private final ServerSocketChannel server;
  private final Set<Side> sides = ConcurrentHashMap.newKeySet();
  private volatile boolean swallowing;

  public TcpProxy(Wire wire, InetSocketAddress target) {
    this.wire = wire;
    this.target = target;
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

  private void accepted(SocketChannel channel) {
    Side client = new Side();
    Side node = new Side();
    client.other = node;
    node.other = client;
    client.connection = wire.adopt(channel, client);
    node.connection = wire.connect(target, 0, node);
    sides.add(client);
    sides.add(node);
  }

  /** From now on nothing gets through in either direction, not even that a side has ended. */
  public void swallow() {
    swallowing = true;
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

    @Override
    public void opened() {}

    @Override
    public void received(ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      if (!swallowing) {
        other.connection.write(copy);
      }
    }

    @Override
    public void closed(Throwable reason) {
      sides.remove(this);
      if (swallowing) {
        return;
      }
      if (reason == null) {
        other.connection.close();
      } else {
        other.connection.reset();
      }
    }
  }
}
