package io.carillon.check;

import io.carillon.check.client.Caller;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.Wire;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/**
 * Many clients on mixed transports who read, send, repeat themselves, change and delete, while
 * their connections are broken off all the time; then the checker. The same seed asks for the same
 * things; what the network makes of it differs.
 */
public final class MixedRun {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final int WITNESSES = 1;

  /**
   * How large a run is.
   *
   * @param operations of all clients together
   * @param operationsPerCut after how many operations, in the mean, a connection is broken off
   * @param operationsPerSecond of all clients together, in the mean, and so for how long: what
   *     faults keep them from doing until then, or until those are over, stays undone; 0 for as
   *     fast as they can
   */
  public record Size(
      int channels, int clients, int operations, int operationsPerCut, int operationsPerSecond) {

    public Size(int channels, int clients, int operations, int operationsPerCut) {
      this(channels, clients, operations, operationsPerCut, 0);
    }

    private boolean isTimed() {
      return operationsPerSecond > 0;
    }

    private long lengthNanos() {
      return operations * 1_000_000_000L / operationsPerSecond;
    }

    /** How long a client waits between two operations, in the mean. */
    private long pauseNanos() {
      return clients * 1_000_000_000L / operationsPerSecond;
    }
  }

  /** What goes wrong while the clients work, beside their own connections. */
  public interface Disturbance {
    void begin();

    /** Whether a timed run may end: clients are to see what comes after it, too. */
    default boolean isOver() {
      return true;
    }

    /** Mends everything, and returns when it is mended. */
    void end();
  }

  /** How a client reads; whatever it is, it sends over REST as well. */
  private enum Transport {
    SOCKET,
    STREAM,
    MIXED_STREAM,
    POLL
  }

  /** A client's two halves. */
  private record Client(String user, Reader reader, RestClient rest, Sender sender) {}

  private final Size size;
  private final IntFunction<Caller> callers;
  private final Scene scene;
  private final Run run;
  private final List<Client> clients = new ArrayList<>();
  private final List<InetSocketAddress> nodes;
  private volatile Throwable failure;

  /**
   * @param admin who makes the channels
   * @param callers by number, each another user of the admin's organization, at whatever node
   */
  public MixedRun(Wire wire, long seed, Size size, Caller admin, IntFunction<Caller> callers) {
    this(wire, seed, size, admin, callers, List.of(admin.node()));
  }

  /**
   * @param admin who makes the channels
   * @param callers by number, each another user of the admin's organization, at whatever node
   * @param nodes that are asked in the end what is stored
   */
  public MixedRun(
      Wire wire,
      long seed,
      Size size,
      Caller admin,
      IntFunction<Caller> callers,
      List<InetSocketAddress> nodes) {
    this.size = size;
    this.callers = callers;
    this.scene = new Scene(wire, seed, admin);
    this.run = scene.run();
    this.nodes = List.copyOf(nodes);
  }

  /** Runs, and checks when everybody has had time to get everything. */
  public Report run() {
    return run(
        new Disturbance() {
          @Override
          public void begin() {}

          @Override
          public void end() {}
        });
  }

  /** The same, while other things go wrong. */
  public Report run(Disturbance disturbance) {
    for (int i = 0; i < size.channels(); i++) {
      // No name of an earlier run on the same nodes, even with the same seed.
      scene.makeChannel("room " + i + " of " + Long.toHexString(System.nanoTime()));
    }
    makeClients();
    clients.forEach(client -> client.reader().start());
    awaitReaders("start", client -> position(client, client.reader().channels().get(0)) >= 0);
    disturbance.begin();
    try {
      work(disturbance);
    } finally {
      disturbance.end();
    }
    awaitEnds();
    clients.forEach(client -> client.reader().stop());
    Throwable wrong = failure == null ? run.wire().failure() : failure;
    if (wrong != null) {
      throw new AssertionError("a client failed", wrong);
    }
    for (Client client : clients) {
      if (!client.rest().violations().isEmpty()) {
        throw new AssertionError(client.rest().violations());
      }
    }
    return scene.finish(nodes);
  }

  private long position(Client client, String channel) {
    return client.reader().log().position(scene.key(channel));
  }

  private void makeClients() {
    SplittableRandom random = run.random().split();
    for (int i = 0; i < WITNESSES; i++) {
      // Never cut: it sees each change, also those that are replaced at once.
      makeClient(
          "witness" + i, callers.apply(size.clients() + i), Transport.SOCKET, scene.channels());
    }
    Transport[] transports = Transport.values();
    for (int i = 0; i < size.clients(); i++) {
      Transport transport = transports[i % transports.length];
      int count = transport == Transport.STREAM ? 1 : 2 + random.nextInt(5);
      makeClient(
          transport + " " + i,
          callers.apply(i),
          transport,
          some(random, Math.min(count, size.channels())));
    }
  }

  private List<String> some(SplittableRandom random, int count) {
    List<String> left = new ArrayList<>(scene.channels());
    List<String> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chosen.add(left.remove(random.nextInt(left.size())));
    }
    return chosen;
  }

  private void makeClient(String name, Caller caller, Transport transport, List<String> read) {
    Reader reader =
        switch (transport) {
          case SOCKET -> new SocketReader(run, name, caller, read);
          case STREAM, MIXED_STREAM -> new StreamReader(run, name, caller, read);
          case POLL -> new PollReader(run, name, caller, read);
        };
    RestClient rest = new RestClient(run.wire(), caller);
    Sender sender =
        new Sender(
            run.recorder(),
            rest,
            () -> reader instanceof SocketReader socket ? socket.socket() : Optional.empty());
    clients.add(new Client(caller.user(), reader, rest, sender));
  }

  private void work(Disturbance disturbance) {
    List<Thread> threads = new ArrayList<>();
    List<Client> workers = clients.subList(WITNESSES, clients.size());
    int each = (size.operations() + workers.size() - 1) / workers.size();
    for (Client client : workers) {
      SplittableRandom random = run.random().split();
      threads.add(start("writer " + client.user(), () -> write(client, each, random, disturbance)));
    }
    threads.forEach(MixedRun::join);
  }

  private Thread start(String name, Runnable task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (RuntimeException | AssertionError e) {
                failure = e;
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Breaks off a connection every now and then: of a reader, or of a sender in the middle. */
  private void cutSomebody(SplittableRandom random) {
    Client client = clients.get(WITNESSES + random.nextInt(clients.size() - WITNESSES));
    if (random.nextInt(4) == 0) {
      client.rest().cut();
    } else {
      client.reader().cut();
    }
  }

  private void write(Client client, int count, SplittableRandom random, Disturbance disturbance) {
    List<Sender.Message> sent = new ArrayList<>();
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      if (size.isTimed()) {
        LockSupport.parkNanos(random.nextLong(2 * size.pauseNanos()));
        if (System.nanoTime() - begin > size.lengthNanos() && disturbance.isOver()) {
          return;
        }
      }
      if (random.nextInt(size.operationsPerCut()) == 0) {
        cutSomebody(random);
      }
      int choice = random.nextInt(100);
      if (choice < 6 && !sent.isEmpty()) {
        Sender.Message message = sent.get(random.nextInt(sent.size()));
        String content = "edit " + i + " by " + client.user() + ' ' + random.nextLong();
        wait(
            client
                .sender()
                .edit(message.channel(), message.operation().id(), content, random.nextBoolean()));
      } else if (choice < 9 && !sent.isEmpty()) {
        Sender.Message message = sent.remove(random.nextInt(sent.size()));
        wait(
            client
                .sender()
                .delete(message.channel(), message.operation().id(), random.nextBoolean()));
      } else if (choice < 13 && !sent.isEmpty()) {
        // Long after it was stored, and perhaps changed: still the same message.
        send(client, sent.get(random.nextInt(sent.size())), random);
      } else {
        Sender.Message message = newMessage(client, i, random);
        send(client, message, random);
        if (message.operation().isAcknowledged()) {
          sent.add(message);
        }
      }
    }
  }

  private Sender.Message newMessage(Client client, int number, SplittableRandom random) {
    String channel = scene.channels().get(random.nextInt(size.channels()));
    String content =
        "message "
            + number
            + " by "
            + client.user()
            + ' '
            + random.nextLong()
            + " \u00e4\u20ac\n\"";
    return client.sender().message(channel, client.user() + '-' + number, content);
  }

  private void send(Client client, Sender.Message message, SplittableRandom random) {
    Sender sender = client.sender();
    boolean overSocket = random.nextInt(3) > 0;
    switch (random.nextInt(20)) {
      case 0 -> { // both at once
        var first = sender.sendBySocket(message);
        var second = sender.sendByRest(message);
        wait(first);
        wait(second);
      }
      case 1 -> { // and again on the other transport, as if the answer had been lost
        wait(overSocket ? sender.sendBySocket(message) : sender.sendByRest(message));
        wait(overSocket ? sender.sendByRest(message) : sender.sendBySocket(message));
      }
      case 2 -> { // the connection breaks before the answer
        var attempt = overSocket ? sender.sendBySocket(message) : sender.sendByRest(message);
        if (overSocket) {
          client.reader().cut();
        } else {
          client.rest().cut();
        }
        wait(attempt);
      }
      default -> wait(overSocket ? sender.sendBySocket(message) : sender.sendByRest(message));
    }
    long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (!message.operation().isAcknowledged() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(run.returnDelay(random).toNanos());
      wait(sender.sendByRest(message));
    }
    if (message.operation().isAcknowledged() && random.nextInt(25) == 0) {
      try {
        run.recorder()
            .ownRead(message.operation(), sender.isInHistory(message).get(30, TimeUnit.SECONDS));
      } catch (Exception e) {
        return; // the read was cut off, so nothing was found out
      }
    }
  }

  private static void wait(CompletableFuture<Void> attempt) {
    try {
      attempt.get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("an attempt did not end", e);
    }
  }

  /** Waits until every reader has the last number of each channel that it reads, or too long. */
  private void awaitEnds() {
    Map<String, Long> ends = new HashMap<>();
    for (String channel : scene.channels()) {
      ends.put(channel, scene.end(channel));
    }
    awaitReaders(
        "end",
        client ->
            client.reader().channels().stream()
                .allMatch(channel -> position(client, channel) >= ends.get(channel)));
  }

  private void awaitReaders(String what, Predicate<Client> there) {
    long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
    for (Client client : clients) {
      Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
      if (!Scene.await(left, () -> there.test(client))) {
        System.err.println(
            client.reader().log().name() + " did not come to the " + what + ": " + client.reader());
      }
    }
  }
}
