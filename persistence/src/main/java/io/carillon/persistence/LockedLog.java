package io.carillon.persistence;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelRules;
import io.carillon.domain.channel.MemberRights;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.Message;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.Identity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One channel's log while an append has its row locked: what was read of it for this batch, and
 * what the batch has done to it so far. Nothing here talks to the database. One thread.
 */
final class LockedLog {

  /** What makes a send the same as an earlier one of this channel. */
  record ClientKey(String author, String clientId) {}

  private final long channelId;
  private final ChannelRules rules;
  private final String epoch;
  private final long firstOffset;
  private long lastOffset;

  private final Map<String, MemberRights> members = new HashMap<>();
  private final Map<ClientKey, StoredMessage> sent = new HashMap<>();
  private final Map<UUID, StoredMessage> messages = new HashMap<>();
  private final Map<String, Long> lastSentMillis = new HashMap<>();

  private final List<Message> added = new ArrayList<>();
  private final Map<Long, Message> changed = new LinkedHashMap<>(); // by offset
  private final Map<String, Boolean> slowed = new LinkedHashMap<>(); // user; had a row before

  LockedLog(long channelId, ChannelRules rules, String epoch, long lastOffset) {
    this.channelId = channelId;
    this.rules = rules;
    this.epoch = epoch;
    this.firstOffset = lastOffset;
    this.lastOffset = lastOffset;
  }

  long channelId() {
    return channelId;
  }

  ChannelRules rules() {
    return rules;
  }

  /** Whether rights here depend on membership rows at all. */
  boolean hasMembers() {
    return rules.kind() != ChannelKind.INBOX && rules.kind() != ChannelKind.ANNOUNCEMENTS;
  }

  // ---- what was read

  void foundMember(String user, MemberRights rights) {
    members.put(user, rights);
  }

  void foundMessage(StoredMessage message) {
    messages.putIfAbsent(message.message().id(), message);
  }

  /** A message that a command of the batch repeats, or may. */
  void foundSend(StoredMessage message) {
    // The same row may have been read as the target of an edit: one object for one row.
    foundMessage(message);
    StoredMessage known = messages.get(message.message().id());
    sent.put(new ClientKey(known.message().author(), known.message().clientId()), known);
  }

  void foundLastSent(String user, long atMillis) {
    lastSentMillis.put(user, atMillis);
  }

  // ---- questions

  Access accessOf(Identity who, long nowMillis) {
    Optional<MemberRights> rights =
        who.kind() == Identity.Kind.USER
            ? Optional.ofNullable(members.get(who.userId().value()))
            : Optional.empty();
    return Access.of(who, rules, rights, nowMillis);
  }

  Optional<StoredMessage> sentBefore(String author, String clientId) {
    return clientId.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(sent.get(new ClientKey(author, clientId)));
  }

  Optional<StoredMessage> message(UUID id) {
    return Optional.ofNullable(messages.get(id));
  }

  Publication publicationOf(StoredMessage message) {
    return message.toPublication(rules.key(), rules.kind(), epoch);
  }

  /** How long the writer still has to wait; 0 or less for not at all. */
  long waitMillis(String user, long nowMillis) {
    Long last = lastSentMillis.get(user);
    if (last == null || last > nowMillis) { // another node's clock is ahead: not the writer's fault
      return 0;
    }
    return last + rules.policy().slowModeMillis() - nowMillis;
  }

  // ---- changes

  /**
   * Takes the next place in the log; after all checks, since a place that is taken has to be used.
   *
   * @throws RealtimeException with {@code CONFLICT} when the log is full
   */
  long takeOffset() {
    if (lastOffset >= Channel.MAX_OFFSET) {
      throw new RealtimeException(ErrorCode.CONFLICT, "the channel's log is full");
    }
    return ++lastOffset;
  }

  void add(StoredMessage message) {
    added.add(message.message());
    messages.put(message.message().id(), message);
    String clientId = message.message().clientId();
    if (!clientId.isEmpty()) {
      sent.put(new ClientKey(message.message().author(), clientId), message);
    }
  }

  /**
   * Notes that a message has changed; one that this batch has added is written once, as it ends.
   */
  void changed(Message message) {
    if (message.offset() <= firstOffset) {
      changed.put(message.offset(), message);
    }
  }

  void sentAt(String user, long nowMillis) {
    slowed.putIfAbsent(user, lastSentMillis.containsKey(user));
    lastSentMillis.put(user, nowMillis);
  }

  // ---- what is to be written

  boolean isTouched() {
    return lastOffset != firstOffset;
  }

  long lastOffset() {
    return lastOffset;
  }

  List<Message> added() {
    return added;
  }

  Collection<Message> changed() {
    return changed.values();
  }

  /** Writers in slow mode who have sent, and whether they had a row before. */
  Map<String, Boolean> slowed() {
    return slowed;
  }
}
