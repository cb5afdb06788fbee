package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.channel.Cursor;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.hub.Hub;
import io.carillon.hub.Subscriber;
import io.carillon.hub.Subscription;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Who may listen to a channel, and from where on. The same for every transport. Any thread. */
@ApplicationScoped
public class SubscriptionService {
  private final ChannelDirectory directory;
  private final Hub hub;
  private final Clock clock;

  protected SubscriptionService() { // for the client proxy
    this.directory = null;
    this.hub = null;
    this.clock = null;
  }

  @Inject
  public SubscriptionService(ChannelDirectory directory, Hub hub, Clock clock) {
    this.directory = directory;
    this.hub = hub;
    this.clock = clock;
  }

  /**
   * Checks the right to read, and whether the client can go on where it says it is. Waits for the
   * database.
   *
   * @param since whatever the client sent: a cursor, or a position over several channels
   * @param resumeLimit changes that the client wants to catch up on at most; 0 for all that are
   *     kept
   * @throws RealtimeException with {@code FORBIDDEN}, also for a channel that does not exist
   */
  public Joining prepare(Identity by, ChannelName name, Since since, int resumeLimit) {
    return prepareAll(by, List.of(name), since, resumeLimit).get(0);
  }

  /**
   * {@link #prepare} for several channels with one question to the database.
   *
   * @param names each once
   * @return in the order of the names
   */
  public List<Joining> prepareAll(
      Identity by, Collection<ChannelName> names, Since since, int resumeLimit) {
    if (resumeLimit < 0) {
      throw new RealtimeException(ErrorCode.MALFORMED, "limit");
    }
    long changesHeard = directory.changesHeard();
    Map<ChannelName, ChannelView> views = directory.views(by, Set.copyOf(names));
    return names.stream()
        .map(
            name ->
                joining(by, Optional.ofNullable(views.get(name)), since, resumeLimit, changesHeard))
        .toList();
  }

  private Joining joining(
      Identity by, Optional<ChannelView> found, Since since, int resumeLimit, long changesHeard) {
    ChannelView view = found.orElseThrow(Access::forbidden);
    Access access = view.accessOf(by, clock.millis());
    access.checkRead();
    Channel channel = view.channel();
    if (!channel.kind().isLogged()) {
      return new Joining(
          channel.key(),
          channel.kind(),
          channel.id(),
          access.role(),
          Optional.empty(),
          false,
          Optional.empty(),
          Subscription.NOW,
          changesHeard);
    }
    Optional<Joining.NoResume> reason = Optional.empty();
    OptionalLong resumeAt = OptionalLong.empty();
    if (since.text().isPresent()) {
      Optional<Cursor> cursor = cursorOf(channel, since.text().get());
      reason = whyNot(channel, cursor, resumeLimit);
      if (reason.isEmpty()) {
        resumeAt = OptionalLong.of(cursor.orElseThrow().offset());
      }
    }
    return new Joining(
        channel.key(),
        channel.kind(),
        channel.id(),
        access.role(),
        Optional.of(channel.position()),
        resumeAt.isPresent(),
        reason,
        resumeAt.orElse(channel.lastOffset()),
        changesHeard);
  }

  private static Optional<Cursor> cursorOf(Channel channel, String text) {
    Optional<Cursor> single = Cursor.parse(text);
    return single.isPresent()
        ? single
        : Position.parse(text).flatMap(position -> position.get(channel.id()));
  }

  private static Optional<Joining.NoResume> whyNot(
      Channel channel, Optional<Cursor> since, int resumeLimit) {
    if (since.isEmpty()) {
      return Optional.of(Joining.NoResume.UNKNOWN);
    }
    Cursor cursor = since.get();
    if (!cursor.epoch().equals(channel.epoch())) {
      return Optional.of(Joining.NoResume.EPOCH);
    }
    if (cursor.offset() > channel.lastOffset()) {
      return Optional.of(Joining.NoResume.UNKNOWN);
    }
    if (cursor.offset() < channel.prunedOffset()) {
      return Optional.of(Joining.NoResume.PRUNED);
    }
    if (resumeLimit > 0 && channel.lastOffset() - cursor.offset() > resumeLimit) {
      return Optional.of(Joining.NoResume.TOO_FAR);
    }
    return Optional.empty();
  }

  /**
   * Begins the delivery that was prepared. The caller has queued its answer to the client before:
   * events may come from now on.
   */
  public Subscription start(Joining joining, Subscriber subscriber) {
    Subscription subscription = hub.subscribe(joining.channel(), joining.startFrom(), subscriber);
    // A right that was taken away between its check and this moment was announced to nobody here.
    if (directory.changesHeard() != joining.changesHeard()) {
      hub.review(subscription);
    }
    return subscription;
  }
}
