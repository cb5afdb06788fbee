package io.carillon.check.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * One thread that moves the bytes of any number of test connections. Unlike ready-made clients it
 * can stop reading, vanish without a word, or break off in the middle of anything, and hides no
 * stray byte. Listeners run on its thread; every other method is for any thread.
 */
public final class Wire implements AutoCloseable, Executor {
  private static final int READ_BUFFER_BYTES = 64 * 1024;

  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean wakeUpDue = new AtomicBoolean();
  private final AtomicLong timerNumber = new AtomicLong();
  private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BUFFER_BYTES);
  private final PriorityQueue<Timer> timers = // of the thread
      new PriorityQueue<>(Comparator.comparingLong(Timer::dueNanos).thenComparing(Timer::number));
  private volatile boolean closed;
  private volatile Throwable failure;

  private record Timer(long dueNanos, long number, Runnable task) {}

  public Wire(String name) {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Connects; the listener hears of success or failure.
   *
   * @param receiveBufferBytes of the kernel for this connection; 0 for what it likes
   */
  public WireConnection connect(
      InetSocketAddress address, int receiveBufferBytes, WireListener listener) {
    try {
      SocketChannel channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (receiveBufferBytes > 0) {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
      }
      WireConnection connection = new WireConnection(this, channel, listener);
      execute(() -> connection.connect(selector, address));
      return connection;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Listens on a free port of the loopback interface. */
  public ServerSocketChannel listen(Consumer<SocketChannel> accepted) {
    try {
      ServerSocketChannel server = ServerSocketChannel.open();
      server.bind(new InetSocketAddress("127.0.0.1", 0), 4096);
      server.configureBlocking(false);
      execute(
          () -> {
            try {
              server.register(selector, SelectionKey.OP_ACCEPT, accepted);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes over a connection that was accepted; on this wire's thread. */
  public WireConnection adopt(SocketChannel channel, WireListener listener) {
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      WireConnection connection = new WireConnection(this, channel, listener);
      connection.register(selector);
      return connection;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (Thread.currentThread() != thread && wakeUpDue.compareAndSet(false, true)) {
      selector.wakeup();
    }
  }

  /** Runs a task on this wire's thread, not before the delay is over. */
  public void after(Duration delay, Runnable task) {
    Timer timer =
        new Timer(System.nanoTime() + delay.toNanos(), timerNumber.incrementAndGet(), task);
    execute(() -> timers.add(timer));
  }

  /** What a listener threw that it should not have; a test looks here when it ends. */
  public Throwable failure() {
    return failure;
  }

  ByteBuffer readBuffer() {
    return readBuffer.clear();
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(tasks.isEmpty() ? waitMillis() : 1);
        wakeUpDue.set(false);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          guarded(task);
        }
        runTimers();
        for (SelectionKey key : selector.selectedKeys()) {
          guarded(() -> ready(key));
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException | ClosedSelectorException e) {
      failure = e;
    } finally {
      closeAll();
    }
  }

  private long waitMillis() {
    if (timers.isEmpty()) {
      return 0;
    }
    long nanos = timers.peek().dueNanos() - System.nanoTime();
    return Math.max(1, nanos / 1_000_000);
  }

  private void runTimers() {
    while (!timers.isEmpty() && timers.peek().dueNanos() - System.nanoTime() <= 0) {
      guarded(timers.poll().task());
    }
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | AssertionError e) {
      if (failure == null) {
        failure = e;
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static void ready(SelectionKey key) {
    if (!key.isValid()) {
      return;
    }
    if (key.attachment() instanceof WireConnection connection) {
      connection.ready(key);
      return;
    }
    try {
      SocketChannel accepted = ((ServerSocketChannel) key.channel()).accept();
      if (accepted != null) {
        ((Consumer<SocketChannel>) key.attachment()).accept(accepted);
      }
    } catch (IOException e) {
      key.cancel(); // the listening socket was closed
    }
  }

  private void closeAll() {
    List<SelectionKey> keys;
    try {
      keys = new ArrayList<>(selector.keys());
    } catch (ClosedSelectorException e) {
      return;
    }
    for (SelectionKey key : keys) {
      try {
        key.channel().close();
      } catch (IOException e) {
        continue; // it is gone in any case
      }
    }
    try {
      selector.close();
    } catch (IOException e) {
      failure = e;
    }
  }

  /** Cuts every connection, and ends the thread. */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
