package io.carillon.log;

import io.carillon.bus.Bus;
import io.carillon.config.CrashPoint;
import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.LogCommand;
import io.carillon.domain.message.LogOutcome;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.hub.JoinedWrites;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import io.carillon.persistence.DatabaseOutage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The way into the channels' logs, with group commit: a writer stores as one transaction whatever
 * came in while it was committing the last one, so one flush to disk serves many messages and a
 * lone message goes at once. A channel always has the same writer, so its commands are stored in
 * the order in which they came. Nothing is answered, or seen by anybody, before its commit. Any
 * thread.
 */
@ApplicationScoped
public class MessageLog {
  private static final Logger LOG = System.getLogger(MessageLog.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private record Entry(LogCommand command, CompletableFuture<LogOutcome> answer) {}

  private final MessageRepository repository;
  private final Bus bus;
  private final Workers workers;
  private final Metrics metrics;
  private final Settings.Log limits;
  private final List<BlockingQueue<Entry>> queues = new ArrayList<>();
  private final AtomicLong queuedBytes = new AtomicLong();

  protected MessageLog() { // for the client proxy
    this.repository = null;
    this.bus = null;
    this.workers = null;
    this.metrics = null;
    this.limits = null;
  }

  @Inject
  public MessageLog(
      MessageRepository repository, Bus bus, Workers workers, Metrics metrics, Settings settings) {
    this.repository = repository;
    this.bus = bus;
    this.workers = workers;
    this.metrics = metrics;
    this.limits = settings.log();
    int each = Math.max(1, limits.maxQueuedEntries() / limits.writers());
    for (int i = 0; i < limits.writers(); i++) {
      queues.add(new LinkedBlockingQueue<>(each));
    }
  }

  /** Starts the writers; once. */
  public void start() {
    for (int i = 0; i < queues.size(); i++) {
      BlockingQueue<Entry> queue = queues.get(i);
      workers.start("carillon-log-" + i, () -> write(queue));
    }
  }

  /**
   * Has a command carried out. The stage completes on the writer's thread, after the commit: what
   * hangs on it must be short and must not block. It never completes exceptionally.
   *
   * @return {@code Refused} with {@code OVERLOADED} when too much waits, or when the database could
   *     not store it; the latter may have been stored all the same, so send it again with the same
   *     client id
   */
  public CompletionStage<LogOutcome> submit(LogCommand command) {
    CompletableFuture<LogOutcome> answer = new CompletableFuture<>();
    int weight = command.weightBytes();
    if (queuedBytes.addAndGet(weight) > limits.maxQueuedBytes()
        || !queueOf(command).offer(new Entry(command, answer))) {
      queuedBytes.addAndGet(-weight);
      answer.complete(overloaded("the log's queue is full"));
    }
    return answer;
  }

  private BlockingQueue<Entry> queueOf(LogCommand command) {
    int hash = command.channel().hashCode();
    return queues.get(((hash ^ (hash >>> 16)) & Integer.MAX_VALUE) % queues.size());
  }

  private void write(BlockingQueue<Entry> queue) {
    List<Entry> batch = new ArrayList<>(limits.batchSize());
    while (!Thread.currentThread().isInterrupted()) {
      try {
        batch.add(queue.take());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      queue.drainTo(batch, limits.batchSize() - 1);
      store(batch, queue);
      batch.clear();
    }
    queue.drainTo(batch);
    for (Entry entry : batch) {
      answer(entry, new LogOutcome.Refused(new RealtimeException(ErrorCode.DRAINING, "stopping")));
    }
  }

  private void store(List<Entry> batch, BlockingQueue<Entry> queue) {
    List<LogCommand> commands = new ArrayList<>(batch.size());
    for (Entry entry : batch) {
      commands.add(entry.command());
    }
    long began = System.nanoTime();
    List<LogOutcome> outcomes;
    try {
      outcomes = repository.append(commands);
    } catch (RuntimeException e) {
      if (DatabaseOutage.isBehind(e)) {
        DatabaseOutage.tell(e);
      } else {
        LOG.log(Level.ERROR, "A batch of " + batch.size() + " could not be stored", e);
      }
      if (DatabaseOutage.isUnreachable(e)) {
        // They have waited for this to fail, and must not wait for the next to fail as well.
        queue.drainTo(batch);
      }
      for (Entry entry : batch) {
        answer(entry, overloaded("the database did not store it"));
      }
      return;
    }
    CrashPoint.AFTER_COMMIT.pass();
    metrics.committed(batch.size(), System.nanoTime() - began);
    List<Publication> stored = new ArrayList<>(outcomes.size());
    for (LogOutcome outcome : outcomes) {
      if (outcome instanceof LogOutcome.Stored message) {
        stored.add(message.publication());
      }
    }
    List<LogOutcome> known = outcomes;
    JoinedWrites.during(
        () -> {
          bus.publish(stored);
          CrashPoint.AFTER_BUS_PUBLISH.pass();
          for (int i = 0; i < batch.size(); i++) {
            answer(batch.get(i), known.get(i));
            CrashPoint.BETWEEN_ACKNOWLEDGEMENTS.pass();
          }
        });
  }

  private void answer(Entry entry, LogOutcome outcome) {
    queuedBytes.addAndGet(-entry.command().weightBytes());
    try {
      entry.answer().complete(outcome);
    } catch (RuntimeException e) {
      // A stage that hangs on this one failed to catch: its fault must not take the others'
      // answers.
      LOG.log(Level.ERROR, "An answer could not be delivered", e);
    }
  }

  private static LogOutcome overloaded(String detail) {
    return new LogOutcome.Refused(new RealtimeException(ErrorCode.OVERLOADED, detail, RETRY_AFTER));
  }
}
