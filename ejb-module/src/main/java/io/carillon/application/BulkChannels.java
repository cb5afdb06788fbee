package io.carillon.application;

import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelCatalog;
import io.carillon.domain.channel.ChannelFilter;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelOrder;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The same change of many channels. It is looked at before it is made, and made a stretch at a
 * time: each channel in a transaction and with an audit line of its own, so whoever is interrupted
 * goes on with what is left. Any thread; waits for the database.
 */
@ApplicationScoped
public class BulkChannels {
  /** Above so many, somebody has to type what he is about to do. */
  public static final int FREE = 100;

  /** Channels that one call changes at most. */
  public static final int MAX_CHANGES = 500;

  public static final int MAX_NAMED = 1_000;
  public static final int SAMPLE = 20;
  private static final int MAX_FAILURES = 20;
  private static final int MAX_CONSIDERED = 100_000;
  private static final int PAGE = 1_000;

  private final ChannelCatalog catalog;
  private final ChannelRepository channels;
  private final ChannelService service;
  private final AdminRights rights;

  /**
   * What is to be done.
   *
   * @param name for people, in upper case: {@code ARCHIVE}
   */
  public record Action(String name, UnaryOperator<ChannelSettings> change) {}

  /**
   * Which channels.
   *
   * @param names null: those of the filter
   * @param filter null: those that are named
   */
  public record Target(List<ChannelName> names, ChannelFilter filter) {
    /**
     * @throws RealtimeException with {@code MALFORMED} unless it is one of the two, or {@code
     *     TOO_LARGE} for more than {@value #MAX_NAMED} names
     */
    public Target {
      if ((names == null) == (filter == null)) {
        throw new RealtimeException(ErrorCode.MALFORMED, "either channelIds or filter");
      }
      if (names != null && names.size() > MAX_NAMED) {
        throw new RealtimeException(ErrorCode.TOO_LARGE, "channelIds");
      }
    }
  }

  /**
   * What it would come to.
   *
   * @param count channels that would change
   * @param sample the first of them
   */
  public record Preview(Action action, int count, List<ChannelName> sample) {
    /** What somebody has to type; empty where nothing has to be. */
    public Optional<String> confirmation() {
      return count > FREE ? Optional.of(action.name() + ' ' + count) : Optional.empty();
    }
  }

  /**
   * What was done.
   *
   * @param changed channels
   * @param failures of those that were not, the first ones
   * @param rest what is left to be done
   */
  public record Outcome(int count, int changed, List<Failure> failures, Preview rest) {}

  /** Why a channel was not changed. */
  public record Failure(ChannelName channel, ErrorCode code) {}

  protected BulkChannels() { // for the client proxy
    this(null, null, null, null);
  }

  @Inject
  public BulkChannels(
      ChannelCatalog catalog,
      ChannelRepository channels,
      ChannelService service,
      AdminRights rights) {
    this.catalog = catalog;
    this.channels = channels;
    this.service = service;
    this.rights = rights;
  }

  /**
   * Says what would be changed, and changes nothing.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, or {@code MALFORMED} for settings that no
   *     channel can have
   */
  public Preview preview(Identity by, Action action, Target target) {
    return preview(action, concerned(by, action, target));
  }

  private static Preview preview(Action action, List<ChannelName> concerned) {
    return new Preview(
        action, concerned.size(), concerned.subList(0, Math.min(SAMPLE, concerned.size())));
  }

  /**
   * Makes the change, of {@value #MAX_CHANGES} channels at most.
   *
   * @param confirmation what somebody has typed; may be empty
   * @throws RealtimeException as {@link #preview}, and with {@code CONFLICT} if that is not what is
   *     about to happen
   */
  public Outcome carryOut(Identity by, Action action, Target target, String confirmation) {
    List<ChannelName> concerned = concerned(by, action, target);
    Optional<String> wanted = preview(action, concerned).confirmation();
    if (wanted.isPresent() && !wanted.get().equals(confirmation)) {
      throw new RealtimeException(ErrorCode.CONFLICT, "the confirmation is another one");
    }
    int end = Math.min(MAX_CHANGES, concerned.size());
    List<Failure> failures = new ArrayList<>();
    int failed = 0;
    for (ChannelName name : concerned.subList(0, end)) {
      try {
        service.change(by, name, action.change());
      } catch (RealtimeException e) {
        failed++;
        if (failures.size() < MAX_FAILURES) {
          failures.add(new Failure(name, e.code()));
        }
      }
    }
    return new Outcome(
        concerned.size(),
        end - failed,
        failures,
        preview(action, concerned.subList(end, concerned.size())));
  }

  /** Those whose settings would be others. */
  private List<ChannelName> concerned(Identity by, Action action, Target target) {
    rights.require(by, AdminRight.CHANNELS_MANAGE);
    List<ChannelName> concerned = new ArrayList<>();
    if (target.names() != null) {
      for (ChannelName name : target.names()) {
        channels
            .find(new ChannelKey(by.organization(), name))
            .filter(channel -> !name.isReserved() && isChanged(action, channel))
            .ifPresent(channel -> concerned.add(name));
      }
      return concerned;
    }
    ChannelOrder order = ChannelOrder.NAME;
    ChannelOrder.Mark mark = ChannelOrder.Mark.BEGINNING;
    List<Channel> page;
    int considered = 0;
    do {
      page = catalog.search(by.organization(), target.filter(), order, mark, PAGE);
      for (Channel channel : page) {
        mark = order.markOf(channel);
        if (isChanged(action, channel)) {
          concerned.add(channel.key().name());
        }
      }
      considered += page.size();
    } while (page.size() == PAGE && considered < MAX_CONSIDERED);
    return concerned;
  }

  private static boolean isChanged(Action action, Channel channel) {
    ChannelSettings present = ChannelSettings.of(channel);
    return !action.change().apply(present).equals(present);
  }
}
