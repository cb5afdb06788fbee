package io.carillon.application;

import io.carillon.bus.Bus;
import io.carillon.config.CrashPoint;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.Role;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.LogCommand;
import io.carillon.domain.message.LogOutcome;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.hub.JoinedWrites;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one transaction of a caller wants done to channels. All of it waits until the transaction is
 * about to commit, and is then done at once, in an order that is the same for everybody: inboxes
 * that have to be made, by name; all channel rows, by number, in one statement; new members;
 * messages. So nobody can wait in a circle with another caller or with the log's writers, whatever
 * order the calls came in, and a caller that takes its time keeps no channel from anybody: rows are
 * locked for the length of a commit. The thread of the transaction.
 */
final class HeldWork {
  /** Messages and members of one transaction at most: others wait while they are stored. */
  static final int MAX_ENTRIES = 1_000;

  private static final int MAX_BYTES = 16 * 1024 * 1024;

  private record NewMember(Identity by, ChannelName channel, UserId user, Role role) {
    ChannelKey key() {
      return new ChannelKey(by.organization(), channel);
    }
  }

  private record Place(ChannelKey channel, UserId user) {}

  private record SendKey(ChannelKey channel, UserId author, String clientId) {}

  /** What it is done with. */
  record Means(
      ChannelRepository channels,
      MemberService members,
      MessageRepository messages,
      Bus bus,
      AfterCommit afterCommit) {}

  private final Means means;
  private final Set<ChannelKey> toBeMade =
      new TreeSet<>(Comparator.comparing(ChannelKey::organization).thenComparing(ChannelKey::name));
  private final Map<Place, NewMember> members = new LinkedHashMap<>();
  private final List<LogCommand> sends = new ArrayList<>();
  private final Map<SendKey, LogCommand.Send> withClientId = new LinkedHashMap<>();
  private long bytes;

  HeldWork(Means means) {
    this.means = means;
  }

  /** Has an inbox or the announcements made, where they are not there by then. */
  void make(ChannelKey channel) {
    toBeMade.add(channel);
  }

  /**
   * Has a message stored.
   *
   * @return the one that is stored for it: an earlier one of this transaction with its client id
   * @throws RealtimeException with {@code TOO_LARGE} when the transaction holds too much
   */
  LogCommand.Send send(LogCommand.Send command) {
    if (!command.clientId().isEmpty()) {
      SendKey key = new SendKey(command.channel(), command.author().userId(), command.clientId());
      LogCommand.Send before = withClientId.putIfAbsent(key, command);
      if (before != null) {
        return before;
      }
    }
    bytes += command.weightBytes();
    checkSize();
    sends.add(command);
    return command;
  }

  /**
   * Has somebody made a member.
   *
   * @return whether that was not asked for before
   * @throws RealtimeException with {@code TOO_LARGE} when the transaction holds too much
   */
  boolean addMember(Identity by, ChannelName channel, UserId user, Role role) {
    checkSize();
    NewMember member = new NewMember(by, channel, user, role);
    return members.putIfAbsent(new Place(member.key(), user), member) == null;
  }

  private void checkSize() {
    if (sends.size() + members.size() >= MAX_ENTRIES || bytes > MAX_BYTES) {
      throw new RealtimeException(ErrorCode.TOO_LARGE, "too much in one transaction");
    }
  }

  /**
   * Does it all, inside the transaction.
   *
   * @throws RuntimeException if any of it cannot be done: the transaction must not commit
   */
  void carryOut() {
    toBeMade.forEach(means.channels()::ensureSystemChannel);
    if (!members.isEmpty()) {
      means.channels().lockAll(allChannels());
      for (NewMember one : members.values()) {
        means.members().ensure(one.by(), one.channel(), one.user(), one.role());
      }
    }
    List<Publication> stored = new ArrayList<>(sends.size());
    for (LogOutcome outcome : means.messages().appendInTransaction(sends)) {
      if (outcome instanceof LogOutcome.Refused refused) {
        throw refused.reason();
      }
      if (outcome instanceof LogOutcome.Stored message) {
        stored.add(message.publication());
      }
    }
    means.afterCommit().run(() -> tell(stored));
  }

  private Set<ChannelKey> allChannels() {
    Set<ChannelKey> all = new HashSet<>();
    members.keySet().forEach(place -> all.add(place.channel()));
    sends.forEach(send -> all.add(send.channel()));
    return all;
  }

  private void tell(List<Publication> stored) {
    CrashPoint.AFTER_COMMIT.pass();
    for (ChannelKey made : toBeMade) {
      // Somebody may remember that there was none.
      means.bus().announce(RightsChange.ofChannel(made.organization(), made.name()));
    }
    JoinedWrites.during(() -> means.bus().publish(stored));
    CrashPoint.AFTER_BUS_PUBLISH.pass();
  }
}
