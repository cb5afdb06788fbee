package io.carillon.hub;

import io.carillon.bus.Bus;
import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.rights.RightsChange;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/**
 * This node's subscriptions. Each channel's events reach each subscription in strict order of
 * offset, each once, without a gap: what came before is skipped, a hole is filled from the log, and
 * a lost last message is found by the sweep. Any thread.
 */
@ApplicationScoped
public class Hub {
  private final Workers workers;
  private final Settings.Hub limits;
  private final Shard[] shards;

  protected Hub() { // for the client proxy
    this.workers = null;
    this.limits = null;
    this.shards = null;
  }

  @Inject
  public Hub(
      Bus bus,
      MessageRepository log,
      Workers workers,
      Metrics metrics,
      Settings settings,
      AccessCheck access) {
    this.workers = workers;
    this.limits = settings.hub();
    this.shards = new Shard[limits.shards()];
    for (int i = 0; i < shards.length; i++) {
      shards[i] =
          new Shard(bus, log, workers, metrics, limits, settings.resume().pageSize(), access);
    }
  }

  /** Starts the shards and the sweep; once. */
  public void start() {
    for (int i = 0; i < shards.length; i++) {
      workers.start("carillon-hub-" + i, shards[i]::run);
    }
    workers.every(limits.sweepInterval(), this::sweep);
  }

  /**
   * Delivers a channel's events to a subscriber from a place in the log on: first what was missed,
   * then as they happen, without a seam. The caller has checked the right to read.
   *
   * @param from everything after this offset; {@link Subscription#NOW} for a channel without a log
   */
  public Subscription subscribe(ChannelKey channel, long from, Subscriber subscriber) {
    Shard shard = shardOf(channel);
    Subscription subscription = new Subscription(channel, subscriber, shard, from);
    shard.subscribe(subscription);
    return subscription;
  }

  private Shard shardOf(ChannelKey channel) {
    int hash = channel.hashCode();
    return shards[((hash ^ (hash >>> 16)) & Integer.MAX_VALUE) % shards.length];
  }

  /** Fans an event out to whoever listens here. Does not block. */
  public void onEvent(ChannelEvent event) {
    shardOf(event.channel()).onEvent(event);
  }

  /**
   * Asks the record again for everybody whom the change may concern, and ends what is no longer
   * allowed.
   */
  public void onRightsChange(RightsChange change) {
    for (Shard shard : shards) {
      shard.onRightsChange(change);
    }
  }

  /** Asks the record again for one subscription. */
  public void review(Subscription subscription) {
    shardOf(subscription.channel()).review(List.of(subscription));
  }

  /** Compares every active channel with the log at once. */
  public void onReconnected() {
    sweep();
  }

  private void sweep() {
    for (Shard shard : shards) {
      shard.sweep();
    }
  }
}
