package io.carillon.check;

import io.carillon.check.client.Caller;
import io.carillon.check.client.RestClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** Writers in the background, until they are closed. */
public final class Traffic implements AutoCloseable {
  private static final int REMEMBERED = 50;

  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean over;
  private volatile Throwable failure;

  /**
   * What is written.
   *
   * @param padding characters that make a message longer
   * @param percentChanged of the writes are edits or removals of earlier messages
   * @param pause after each write, the mean
   */
  public record Kind(int padding, int percentChanged, Duration pause) {}

  private Traffic() {}

  /** Begins to write, each writer as a user of its own, into the channels at random. */
  public static Traffic start(Scene scene, List<Caller> writers, List<String> channels, Kind kind) {
    Traffic traffic = new Traffic();
    for (Caller writer : writers) {
      RestClient rest = new RestClient(scene.run().wire(), writer);
      Sender sender = new Sender(scene.run().recorder(), rest, Optional::empty);
      SplittableRandom random = scene.run().random().split();
      Thread thread =
          new Thread(
              () -> traffic.write(sender, writer.user(), channels, kind, random),
              "traffic " + writer.user());
      thread.setDaemon(true);
      traffic.threads.add(thread);
    }
    traffic.threads.forEach(Thread::start);
    return traffic;
  }

  private void write(
      Sender sender, String user, List<String> channels, Kind kind, SplittableRandom random) {
    List<Sender.Message> sent = new ArrayList<>();
    String padding = " ".repeat(kind.padding());
    long pause = kind.pause().toNanos();
    try {
      for (int i = 0; !over; i++) {
        String content = i + " by " + user + ' ' + random.nextLong() + padding;
        if (!sent.isEmpty() && random.nextInt(100) < kind.percentChanged()) {
          change(sender, sent, content, random);
        } else {
          String channel = channels.get(random.nextInt(channels.size()));
          Sender.Message message = sender.message(channel, user + '-' + i, content);
          await(sender.sendByRest(message));
          remember(sent, message, random);
        }
        if (pause > 0) {
          LockSupport.parkNanos(random.nextLong(2 * pause));
        }
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private static void change(
      Sender sender, List<Sender.Message> sent, String content, SplittableRandom random) {
    int chosen = random.nextInt(sent.size());
    Sender.Message message = sent.get(chosen);
    String id = message.operation().id();
    if (random.nextInt(5) == 0) {
      sent.remove(chosen);
      await(sender.delete(message.channel(), id, false));
    } else {
      await(sender.edit(message.channel(), id, content, false));
    }
  }

  private static void remember(
      List<Sender.Message> sent, Sender.Message message, SplittableRandom random) {
    if (!message.operation().isAcknowledged()) {
      return;
    }
    if (sent.size() < REMEMBERED) {
      sent.add(message);
    } else {
      sent.set(random.nextInt(REMEMBERED), message);
    }
  }

  private static void await(CompletableFuture<Void> attempt) {
    try {
      attempt.get(60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException("an attempt did not end", e);
    }
  }

  /** Ends it, when what was begun has been answered. */
  @Override
  public void close() {
    over = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (failure != null) {
      throw new AssertionError("a writer failed", failure);
    }
  }
}
