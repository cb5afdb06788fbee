package io.carillon.check.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One TCP connection of a test. Its state belongs to the wire's thread; the public methods are for
 * any thread.
 */
public final class WireConnection {
  private final Wire wire;
  private final SocketChannel channel;
  private final WireListener listener;
  private final Deque<ByteBuffer> waiting = new ArrayDeque<>();
  private SelectionKey key;
  private boolean reading = true;
  private boolean finishing; // a FIN is due after what waits
  private boolean closed;

  WireConnection(Wire wire, SocketChannel channel, WireListener listener) {
    this.wire = wire;
    this.channel = channel;
    this.listener = listener;
  }

  void connect(Selector selector, InetSocketAddress address) {
    if (closed) {
      return;
    }
    try {
      boolean connected = channel.connect(address);
      key = channel.register(selector, connected ? 0 : SelectionKey.OP_CONNECT, this);
      if (connected) {
        nowOpen();
      }
    } catch (IOException e) {
      end(e);
    }
  }

  void register(Selector selector) throws ClosedChannelException {
    key = channel.register(selector, 0, this);
    setInterest();
  }

  private void nowOpen() {
    setInterest();
    listener.opened();
    flush();
  }

  private void setInterest() {
    if (closed || key == null || !key.isValid() || !channel.isConnected()) {
      return; // until it is connected, that is what it waits for
    }
    int read = reading ? SelectionKey.OP_READ : 0;
    int write = waiting.isEmpty() ? 0 : SelectionKey.OP_WRITE;
    key.interestOps(read | write);
  }

  void ready(SelectionKey ready) {
    try {
      if (ready.isConnectable()) {
        channel.finishConnect();
        nowOpen();
        return;
      }
      if (ready.isWritable()) {
        flush();
      }
      if (!closed && ready.isReadable()) {
        read();
      }
    } catch (CancelledKeyException e) {
      end(null); // closed by our side a moment ago
    } catch (IOException e) {
      end(e);
    }
  }

  private void read() throws IOException {
    ByteBuffer buffer = wire.readBuffer();
    int count = channel.read(buffer);
    if (count < 0) {
      end(null);
      return;
    }
    buffer.flip();
    try {
      listener.received(buffer);
    } catch (ProtocolViolation e) {
      end(e); // the connection's own end: its listener tells what it means
    }
  }

  /** Sends bytes, which must not change any more, after all that were given before. */
  public void write(byte[] bytes) {
    write(ByteBuffer.wrap(bytes));
  }

  void write(ByteBuffer bytes) {
    wire.execute(
        () -> {
          if (closed || finishing) {
            return;
          }
          waiting.add(bytes);
          if (key != null && channel.isConnected()) {
            flush();
          }
        });
  }

  private void flush() {
    try {
      while (!waiting.isEmpty()) {
        channel.write(waiting.peek());
        if (waiting.peek().hasRemaining()) {
          break;
        }
        waiting.poll();
      }
      if (waiting.isEmpty() && finishing) {
        channel.shutdownOutput();
      }
    } catch (IOException e) {
      end(e);
      return;
    }
    setInterest();
  }

  /** Reads nothing until told to go on: the kernel's buffers fill, then the peer's. */
  public void pause() {
    wire.execute(
        () -> {
          reading = false;
          setInterest();
        });
  }

  public void resume() {
    wire.execute(
        () -> {
          reading = true;
          setInterest();
        });
  }

  /** Ends our direction in order, after what waits; the peer's end is still read. */
  public void finish() {
    wire.execute(
        () -> {
          finishing = true;
          flush();
        });
  }

  /** Ends the connection with a FIN where everything has been read, a RST otherwise. */
  public void close() {
    wire.execute(() -> end(null));
  }

  /** Ends the connection with a RST; what is on its way is lost. */
  public void reset() {
    wire.execute(
        () -> {
          try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
          } catch (IOException | UnsupportedOperationException e) {
            end(null); // it is closed already
            return;
          }
          end(null);
        });
  }

  private void end(Throwable reason) {
    if (closed) {
      return;
    }
    closed = true;
    waiting.clear();
    try {
      channel.close();
    } catch (IOException e) {
      reason = reason == null ? e : reason;
    }
    listener.closed(reason);
  }
}
