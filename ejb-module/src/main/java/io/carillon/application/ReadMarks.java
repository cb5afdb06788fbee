package io.carillon.application;

import io.carillon.bus.Bus;
import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.channel.MembershipRepository;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far everybody has read: {@code read} {@code {"channelId","userId","offset"}} when a mark has
 * moved. A mark only moves forward, and never past the log's end. Any thread; waits for the
 * database.
 */
@ApplicationScoped
public class ReadMarks {
  /**
   * Marks of one channel that all its readers are told of, in a second. When thousands read each
   * message at once, nobody looks at so many marks, and telling everybody of everybody would cost
   * millions of deliveries; then only the reader's own devices hear of it.
   */
  static final int TOLD_TO_ALL_PER_SECOND = 50;

  /** What is remembered of marks and of channels each; beyond that it is asked for anew. */
  private static final int MAX_REMEMBERED = 50_000;

  private record Reader(ChannelKey channel, UserId user) {}

  /** Marks that were told in one second, counted from the epoch. */
  private record Told(long second, int marks) {}

  private final ChannelDirectory directory;
  private final MembershipRepository members;
  private final Bus bus;
  private final Clock clock;
  private final Map<Reader, Long> known = new ConcurrentHashMap<>();
  private final Map<ChannelKey, Told> told = new ConcurrentHashMap<>();

  protected ReadMarks() { // for the client proxy
    this.directory = null;
    this.members = null;
    this.bus = null;
    this.clock = null;
  }

  @Inject
  public ReadMarks(ChannelDirectory directory, MembershipRepository members, Bus bus, Clock clock) {
    this.directory = directory;
    this.members = members;
    this.bus = bus;
    this.clock = clock;
  }

  /**
   * Moves the caller's mark. An offset that is behind it, a channel without a log, and a program
   * with an API key move nothing.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, also for a channel that does not exist, or
   *     {@code MALFORMED} for a negative offset
   */
  public void read(Identity by, ChannelName name, long offset) {
    if (offset < 0) {
      throw new RealtimeException(ErrorCode.MALFORMED, "offset");
    }
    directory.recentAccess(by, name).orElseThrow(Access::forbidden).checkRead();
    Reader reader = new Reader(new ChannelKey(by.organization(), name), by.userId());
    // A client that repeats itself, or marks each message of a page, costs no transaction.
    if (by.kind() != Identity.Kind.USER || offset <= known.getOrDefault(reader, 0L)) {
      return;
    }
    ChannelView view = directory.view(by, name).orElseThrow(Access::forbidden);
    view.accessOf(by, clock.millis()).checkRead();
    Channel channel = view.channel();
    if (!channel.kind().isLogged()) {
      return;
    }
    OptionalLong moved = members.advanceReadOffset(channel, by.userId(), offset);
    if (moved.isPresent()) {
      remember(reader, moved.getAsLong());
      bus.publish(List.of(signal(channel, by.userId(), moved.getAsLong())));
    }
  }

  private void remember(Reader reader, long mark) {
    if (known.size() >= MAX_REMEMBERED) {
      known.clear();
    }
    known.merge(reader, mark, Math::max);
  }

  private Signal signal(Channel channel, UserId user, long mark) {
    ChannelKey key = channel.key();
    String data =
        new JsonObject()
            .put("channelId", key.name().value())
            .put("userId", user.value())
            .put("offset", mark)
            .toString();
    boolean forAll = channel.kind() != ChannelKind.ANNOUNCEMENTS && mayTellAll(key);
    ChannelKey to = forAll ? key : new ChannelKey(key.organization(), ChannelName.inboxOf(user));
    return new Signal(to, Signal.Type.READ, data, user.value());
  }

  private boolean mayTellAll(ChannelKey channel) {
    if (told.size() >= MAX_REMEMBERED) {
      told.clear();
    }
    long second = clock.millis() / 1_000;
    Told now =
        told.merge(
            channel,
            new Told(second, 1),
            (before, first) ->
                before.second() == second ? new Told(second, before.marks() + 1) : first);
    return now.marks() <= TOLD_TO_ALL_PER_SECOND;
  }
}
