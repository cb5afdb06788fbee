package io.carillon.persistence;

import io.carillon.domain.Text;
import io.carillon.domain.audit.AuditEntry;
import io.carillon.domain.audit.Circumstances;
import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ConflictRule;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.LogCommand;
import io.carillon.domain.message.LogOutcome;
import io.carillon.domain.message.Message;
import io.carillon.domain.message.StaleVersionException;
import io.carillon.domain.user.Identity;
import io.carillon.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/**
 * One append: locks the channels, reads what the whole batch needs with one statement of each kind,
 * decides command by command in memory, and writes with one batch of each kind. So the number of
 * round trips does not depend on the number of commands: lock, rights, repeats, targets, slow mode,
 * inserts, updates, ends, and each only where some command needs it.
 *
 * <p>READ COMMITTED is the isolation that makes this right. The first statement waits for the
 * channel rows; each later one sees everything that was committed before it began, hence all that
 * the transactions which held those rows have done: their offsets, their client ids, the removals
 * of members. A snapshot of the whole transaction would be taken before the wait, and would be out
 * of date after it. Nothing else can change what was read: whoever changes a channel, its rights or
 * its messages locks the channel's row first.
 *
 * <p>Used once, by one thread.
 */
final class LogTransaction implements LogCommand.Handler<LogOutcome> {
  private final LogTable table;
  private final ChannelNumbers numbers;
  private final Clock clock;
  private Map<ChannelKey, LockedLog> logs = Map.of();
  private Set<Identity> invalid = Set.of(); // authors who are nobody any more
  private final List<AuditEntry> moderations = new ArrayList<>();
  private long nowMillis;

  LogTransaction(Connection connection, ChannelNumbers numbers, Clock clock) {
    this.table = new LogTable(connection);
    this.numbers = numbers;
    this.clock = clock;
  }

  List<LogOutcome> run(List<LogCommand> batch) throws SQLException {
    lock(batch);
    // After the lock: times rise with offsets, however long the lock took.
    nowMillis = clock.millis();
    read(batch);
    List<LogOutcome> outcomes = new ArrayList<>(batch.size());
    for (LogCommand command : batch) {
      outcomes.add(outcomeOf(command));
    }
    table.write(logs.values(), nowMillis);
    return outcomes;
  }

  private void lock(List<LogCommand> batch) throws SQLException {
    Set<ChannelKey> keys = new LinkedHashSet<>();
    for (LogCommand command : batch) {
      keys.add(command.channel());
    }
    Map<ChannelKey, Long> found = numbers.find(table.connection(), keys);
    logs = table.lock(found);
    for (ChannelKey key : found.keySet()) {
      if (!logs.containsKey(key)) {
        numbers.forget(key);
      }
    }
  }

  private void read(List<LogCommand> batch) throws SQLException {
    Wants wants = new Wants();
    for (LogCommand command : batch) {
      wants.authors.add(command.author());
      command.dispatchTo(wants);
    }
    invalid = table.readRights(wants.authors, wants.members, logs);
    table.readSends(wants.sends, logs);
    table.readTargets(wants.targets, logs);
    table.readLastSent(wants.slowed, logs);
  }

  /** Collects what the commands of a batch need to have read. */
  private final class Wants implements LogCommand.Handler<Void> {
    private final Set<Identity> authors = new LinkedHashSet<>();
    private final Set<LogTable.MemberKey> members = new LinkedHashSet<>();
    private final Set<LogTable.SendKey> sends = new LinkedHashSet<>();
    private final Set<UUID> targets = new LinkedHashSet<>();
    private final Set<LogTable.MemberKey> slowed = new LinkedHashSet<>();

    @Override
    public Void onSend(LogCommand.Send command) {
      LockedLog log = wantMember(command);
      if (log == null) {
        return null;
      }
      String author = command.author().userId().value();
      // A client id that cannot be stored would fail the statement; it is refused further on.
      if (!command.clientId().isEmpty() && isClientId(command.clientId())) {
        sends.add(new LogTable.SendKey(log.channelId(), author, command.clientId()));
      }
      if (log.rules().policy().slowModeMillis() > 0) {
        slowed.add(new LogTable.MemberKey(log.channelId(), author));
      }
      return null;
    }

    @Override
    public Void onEdit(LogCommand.Edit command) {
      return wantTarget(command, command.messageId());
    }

    @Override
    public Void onDelete(LogCommand.Delete command) {
      return wantTarget(command, command.messageId());
    }

    @Override
    public Void onMark(LogCommand.Mark command) {
      return wantTarget(command, command.messageId());
    }

    private Void wantTarget(LogCommand command, String messageId) {
      if (wantMember(command) != null) {
        MessageIds.parse(messageId).ifPresent(targets::add);
      }
      return null;
    }

    private LockedLog wantMember(LogCommand command) {
      LockedLog log = logs.get(command.channel());
      if (log != null && log.hasMembers() && command.author().kind() == Identity.Kind.USER) {
        String user = command.author().userId().value();
        members.add(new LogTable.MemberKey(log.channelId(), user));
      }
      return log;
    }
  }

  private static boolean isClientId(String text) {
    return text.length() <= Message.MAX_CLIENT_ID && Text.isStorable(text);
  }

  // ---- decisions

  private LogOutcome outcomeOf(LogCommand command) {
    try {
      return command.dispatchTo(this);
    } catch (RealtimeException refusal) {
      return new LogOutcome.Refused(refusal);
    }
  }

  @Override
  public LogOutcome onSend(LogCommand.Send command) {
    LockedLog log = logOf(command);
    Access access = log.accessOf(command.author(), nowMillis);
    access.checkInside();
    String author = command.author().userId().value();
    // Before everything that can change: what was acknowledged once stays acknowledged, though the
    // channel is archived or the writer muted meanwhile.
    Optional<StoredMessage> before = log.sentBefore(author, command.clientId());
    if (before.isPresent()) {
      return new LogOutcome.Repeated(log.publicationOf(before.get()));
    }
    access.checkPublish();
    checkText(command.name(), Message.MAX_NAME, "name");
    checkText(command.clientId(), Message.MAX_CLIENT_ID, "clientId");
    checkPayload(command.payload(), log.rules().policy());
    UUID id =
        MessageIds.parse(command.id())
            .orElseThrow(() -> new RealtimeException(ErrorCode.INTERNAL, "no UUID was made"));
    if (access.isSlowed()) {
      checkPace(log, author);
    }
    Message message =
        new Message(
            log.channelId(),
            log.rules().kind(),
            log.takeOffset(),
            id,
            author,
            command.name(),
            command.payload(),
            command.clientId(),
            nowMillis);
    StoredMessage stored =
        new StoredMessage(message, command.author().name(), command.author().avatarUrl());
    log.add(stored);
    if (access.isSlowed()) {
      log.sentAt(author, nowMillis);
    }
    return new LogOutcome.Stored(log.publicationOf(stored));
  }

  @Override
  public LogOutcome onEdit(LogCommand.Edit command) {
    LockedLog log = logOf(command);
    Access access = log.accessOf(command.author(), nowMillis);
    StoredMessage target = targetOf(log, access, command.messageId());
    Message message = target.message();
    access.checkEdit(message.author());
    if (message.isDeleted()) {
      throw noMessage();
    }
    checkVersion(log, target, command.expectedVersion());
    String payload = changed(command, message.payload());
    checkPayload(payload, log.rules().policy());
    if (payload.equals(message.payload())) {
      return new LogOutcome.Repeated(log.publicationOf(target));
    }
    auditModeration(log, command.author(), "message.edit", message, command.circumstances());
    message.edit(payload, log.takeOffset(), nowMillis);
    return stored(log, target);
  }

  @Override
  public LogOutcome onDelete(LogCommand.Delete command) {
    LockedLog log = logOf(command);
    Access access = log.accessOf(command.author(), nowMillis);
    StoredMessage target = targetOf(log, access, command.messageId());
    access.checkDelete(target.message().author());
    if (target.message().isDeleted()) {
      return new LogOutcome.Repeated(log.publicationOf(target));
    }
    checkVersion(log, target, command.expectedVersion());
    auditModeration(
        log, command.author(), "message.delete", target.message(), command.circumstances());
    target.message().delete(log.takeOffset(), nowMillis);
    return stored(log, target);
  }

  @Override
  public LogOutcome onMark(LogCommand.Mark command) {
    LockedLog log = logOf(command);
    Access access = log.accessOf(command.author(), nowMillis);
    access.checkMark();
    StoredMessage target = targetOf(log, access, command.messageId());
    if (target.message().isDeleted()) {
      throw noMessage();
    }
    InboxState present = target.message().state();
    if (command.state().compareTo(present) <= 0) {
      return new LogOutcome.Repeated(log.publicationOf(target));
    }
    target.message().mark(command.state(), log.takeOffset(), nowMillis);
    return stored(log, target);
  }

  /**
   * What somebody has done to another's message goes into the audit; in a list that is daily use.
   */
  private void auditModeration(
      LockedLog log, Identity who, String action, Message message, Circumstances circumstances) {
    if (log.rules().kind() == ChannelKind.LIST || message.author().equals(who.userId().value())) {
      return;
    }
    JsonObject before =
        new JsonObject()
            .put("author", message.author())
            .put("offset", message.offset())
            .put("version", message.version());
    moderations.add(
        new AuditEntry(
            nowMillis,
            who,
            action,
            log.rules().key().name().value(),
            message.id().toString(),
            before.toString(),
            "",
            circumstances));
  }

  /** Lines for the audit, to be stored in the same transaction. */
  List<AuditEntry> moderations() {
    return moderations;
  }

  private static LogOutcome stored(LockedLog log, StoredMessage target) {
    log.changed(target.message());
    return new LogOutcome.Stored(log.publicationOf(target));
  }

  private LockedLog logOf(LogCommand command) {
    if (invalid.contains(command.author())) {
      throw new RealtimeException(ErrorCode.UNAUTHENTICATED, "revoked or locked meanwhile");
    }
    LockedLog log = logs.get(command.channel());
    if (log == null) {
      throw Access.forbidden();
    }
    if (!log.rules().kind().isLogged()) {
      log.accessOf(command.author(), nowMillis).checkInside();
      throw new RealtimeException(ErrorCode.MALFORMED, "the channel has no log");
    }
    return log;
  }

  private static StoredMessage targetOf(LockedLog log, Access access, String messageId) {
    access.checkInside();
    return MessageIds.parse(messageId).flatMap(log::message).orElseThrow(LogTransaction::noMessage);
  }

  private static RealtimeException noMessage() {
    return new RealtimeException(ErrorCode.NOT_FOUND, "message");
  }

  private static void checkVersion(LockedLog log, StoredMessage target, OptionalInt expected) {
    boolean lastWriteWins =
        log.rules().kind() == ChannelKind.LIST
            && log.rules().policy().conflicts() == ConflictRule.LAST_WRITE_WINS;
    if (!lastWriteWins
        && expected.isPresent()
        && expected.getAsInt() != target.message().version()) {
      throw new StaleVersionException(log.publicationOf(target));
    }
  }

  /** The change is somebody else's code: its fault is that command's alone. */
  private static String changed(LogCommand.Edit command, String payload) {
    try {
      String changed = command.change().apply(payload);
      if (changed == null) {
        throw new RealtimeException(ErrorCode.INTERNAL, "the change gave no payload");
      }
      return changed;
    } catch (RealtimeException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new RealtimeException(ErrorCode.INTERNAL, "the change failed", e);
    }
  }

  private void checkPace(LockedLog log, String author) {
    long waitMillis = log.waitMillis(author, nowMillis);
    if (waitMillis > 0) {
      throw new RealtimeException(
          ErrorCode.RATE_LIMITED, "slow mode", Duration.ofMillis(waitMillis));
    }
  }

  private static void checkText(String text, int maxLength, String what) {
    if (text.length() > maxLength || !Text.isStorable(text)) {
      throw new RealtimeException(ErrorCode.MALFORMED, what);
    }
  }

  private static void checkPayload(String payload, ChannelPolicy policy) {
    Text.checked(payload, Message.MAX_PAYLOAD, "payload");
    int maxBytes = policy.maxMessageBytes();
    // A char has at most three bytes: most payloads need no counting.
    if (maxBytes > 0 && payload.length() > maxBytes / 3 && Text.utf8Bytes(payload) > maxBytes) {
      throw new RealtimeException(ErrorCode.TOO_LARGE, "payload");
    }
  }
}
