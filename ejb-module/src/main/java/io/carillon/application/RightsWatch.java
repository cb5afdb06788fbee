package io.carillon.application;

import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.rights.RightsChangeRepository;
import io.carillon.domain.rights.StoredRightsChange;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Brings this node every change of rights, made on whatever node, within a second: it looks for
 * them in the database, so it needs no bus. Whatever is told may be told twice. When changes may
 * have been missed, it tells of {@linkplain RightsChange#ofAll all}. Any thread.
 */
@ApplicationScoped
public class RightsWatch {
  private static final Logger LOG = System.getLogger(RightsWatch.class.getName());

  /** No setting, since the promised second holds a look's wait, its query, and the questions. */
  private static final Duration PERIOD = Duration.ofMillis(400);

  /** As long as that without a look, and it is not known who may still read. */
  static final Duration MAX_AGE = Duration.ofSeconds(5);

  private static final int PAGE = 1_000;

  private final RightsChangeRepository repository;
  private final Workers workers;
  private final Metrics metrics;
  private volatile long lookedNanos;

  // Confined to one thread: first the one that starts, then the one that looks.
  private Consumer<RightsChange> listener;
  private RightsCursor cursor; // null when it has to begin anew
  private boolean failing;

  protected RightsWatch() { // for the client proxy
    this(null, null, null);
  }

  @Inject
  public RightsWatch(RightsChangeRepository repository, Workers workers, Metrics metrics) {
    this.repository = repository;
    this.workers = workers;
    this.metrics = metrics;
  }

  /**
   * Begins at the present, and looks from then on; once.
   *
   * @param heard is called on a thread that must not be blocked for long
   * @throws RuntimeException if the database does not answer
   */
  public void start(Consumer<RightsChange> heard) {
    listener = heard;
    look(System.nanoTime());
    metrics.rightsAge(() -> (System.nanoTime() - lookedNanos) / 1e9);
    workers.start("carillon-rights", this::run);
  }

  /** Whether this node knows of the changes of the last seconds. */
  public boolean isCurrent() {
    return System.nanoTime() - lookedNanos < MAX_AGE.toNanos();
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        TimeUnit.NANOSECONDS.sleep(PERIOD.toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      try {
        look(System.nanoTime());
        if (failing) {
          LOG.log(Level.INFO, "Changes of rights can be read again");
        }
        failing = false;
      } catch (RuntimeException e) {
        if (!failing) {
          LOG.log(
              Level.WARNING,
              "Changes of rights cannot be read; after " + MAX_AGE + " no messages are delivered",
              e);
        }
        failing = true;
      }
    }
  }

  /**
   * @param nowNanos before the look, which shows what was committed by then
   */
  void look(long nowNanos) {
    boolean away = nowNanos - lookedNanos > RightsChangeRepository.KEPT.toNanos() / 2;
    if (cursor == null || away || !readOn(nowNanos)) {
      cursor = null;
      RightsCursor anew = new RightsCursor(repository.latest(RightsCursor.UNDER_WAY), nowNanos);
      listener.accept(RightsChange.ofAll());
      cursor = anew;
    }
    lookedNanos = nowNanos;
  }

  /**
   * @return false if changes may have been missed
   */
  private boolean readOn(long nowNanos) {
    RightsCursor present = cursor;
    List<StoredRightsChange> found;
    do {
      found = repository.read(present.from(), present.missing(), PAGE);
      Optional<List<RightsChange>> news = present.advance(found, nowNanos);
      if (news.isEmpty()) {
        return false;
      }
      cursor = null; // whoever fails to hear of a change has missed it
      news.get().forEach(listener);
      cursor = present;
    } while (found.size() == PAGE);
    return true;
  }
}
