package io.carillon.application;

import io.carillon.domain.channel.ChannelCatalog;
import io.carillon.domain.channel.ChannelFilter;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserCatalog;
import io.carillon.domain.user.UserFilter;
import io.carillon.presence.PresenceService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the whole server does, in numbers, as administrators see it. What costs a query is kept for
 * some seconds for all who look. Any thread; waits for the database.
 */
@ApplicationScoped
public class Overview {
  private static final Duration COUNTS_AGE = Duration.ofSeconds(10);
  private static final Duration ONLINE_AGE = Duration.ofSeconds(2);
  private static final int MAX_KEPT = 1_000;

  private final NodePulse pulse;
  private final NodeRegistry registry;
  private final UserCatalog users;
  private final ChannelCatalog channels;
  private final PresenceService presence;
  private final AdminRights rights;
  private final Clock clock;
  private final KeptAnswers<String, Counts> counts = new KeptAnswers<>(COUNTS_AGE, MAX_KEPT);
  private final KeptAnswers<String, Integer> online = new KeptAnswers<>(ONLINE_AGE, MAX_KEPT);

  /** How much there is in an organization. */
  public record Counts(long users, long channels, long archivedChannels) {}

  /**
   * One node.
   *
   * @param self whether it is the one that answers
   * @param numbers null for a dead one, and for one that has not told yet
   */
  public record NodeView(NodeRegistry.Node node, boolean self, NodeNumbers numbers) {
    public Optional<NodeNumbers> knownNumbers() {
      return Optional.ofNullable(numbers);
    }
  }

  /**
   * All of it.
   *
   * @param ofServer whether the numbers are the whole server's; otherwise the viewer is to see no
   *     more than his organization's
   */
  public record Snapshot(
      long atMillis,
      boolean ofServer,
      Counts counts,
      int online,
      NodeNumbers total,
      List<NodeView> nodes) {
    public Snapshot {
      nodes = List.copyOf(nodes);
    }
  }

  protected Overview() { // for the client proxy
    this(null, null, null, null, null, null, null);
  }

  @Inject
  public Overview(
      NodePulse pulse,
      NodeRegistry registry,
      UserCatalog users,
      ChannelCatalog channels,
      PresenceService presence,
      AdminRights rights,
      Clock clock) {
    this.pulse = pulse;
    this.registry = registry;
    this.users = users;
    this.channels = channels;
    this.presence = presence;
    this.rights = rights;
    this.clock = clock;
  }

  /**
   * The numbers of now.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public Snapshot snapshot(Identity by) {
    rights.require(by, AdminRight.OVERVIEW_VIEW);
    String organization = by.organization();
    List<NodeView> nodes = new ArrayList<>();
    List<NodeNumbers> known = new ArrayList<>();
    for (NodeRegistry.Node node : registry.all()) {
      boolean self = node.report().run().equals(registry.run());
      NodeNumbers numbers = self ? pulse.numbers() : null;
      nodes.add(new NodeView(node, self, numbers));
      if (numbers != null) {
        known.add(numbers);
      }
    }
    if (known.isEmpty()) {
      known.add(pulse.numbers()); // the database has not heard of this node yet
    }
    return new Snapshot(
        clock.millis(),
        rights.operatesServer(by),
        counts.get(organization, () -> count(organization)),
        online.get(organization, () -> presence.countOnline(organization)),
        NodeNumbers.sum(known),
        nodes);
  }

  private Counts count(String organization) {
    return new Counts(
        users.count(organization, UserFilter.ALL),
        channels.count(organization, ChannelFilter.ALL),
        channels.count(organization, ChannelFilter.ALL.withArchived(true)));
  }
}
