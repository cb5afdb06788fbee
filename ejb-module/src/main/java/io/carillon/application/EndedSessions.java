package io.carillon.application;

import io.carillon.domain.user.Identity;
import io.carillon.node.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sessions of the server that have ended. What they opened on this node ends at once; the others
 * hear of it as of any change of rights. While the database does not answer, that is put off: no
 * more wait than there were sessions. Any thread; never waits while the node runs.
 */
@ApplicationScoped
public class EndedSessions {
  private static final Logger LOG = System.getLogger(EndedSessions.class.getName());
  private static final int MAX_TOGETHER = 200;
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Connections connections;
  private final AccountService accounts;
  private final Workers workers;
  private final Queue<Identity> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean writing = new AtomicBoolean();

  protected EndedSessions() { // for the client proxy
    this(null, null, null);
  }

  @Inject
  public EndedSessions(Connections connections, AccountService accounts, Workers workers) {
    this.connections = connections;
    this.accounts = accounts;
    this.workers = workers;
  }

  /**
   * Ends everything that a session has opened.
   *
   * @param identity whose proof was that session
   */
  public void end(Identity identity) {
    waiting.add(identity);
    connections.end(identity.tokenId());
    beginToWrite();
  }

  private void beginToWrite() {
    if (!waiting.isEmpty() && writing.compareAndSet(false, true)) {
      try {
        workers.io().execute(this::write);
      } catch (RejectedExecutionException e) {
        write(); // the node stops, or has too much to do: then whoever ends sessions waits
      }
    }
  }

  private void write() {
    List<Identity> together = new ArrayList<>();
    while (together.size() < MAX_TOGETHER && !waiting.isEmpty()) {
      together.add(waiting.remove());
    }
    boolean failed = false;
    try {
      accounts.logout(together);
    } catch (RuntimeException e) {
      failed = true;
      LOG.log(Level.WARNING, together.size() + " ended sessions could not be written down", e);
      waiting.addAll(together);
    }
    writing.set(false);
    if (failed) {
      workers.after(RETRY, this::beginToWrite);
    } else {
      beginToWrite();
    }
  }
}
