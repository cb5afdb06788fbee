package io.carillon.application;

import io.carillon.domain.audit.Circumstances;
import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.MessageCatalog;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import io.carillon.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Any channel's messages for those who moderate the organization, whether or not they may read the
 * channel otherwise. Whoever reads what he could not read otherwise is written down; what is
 * changed is changed by the server in the moderator's name, and audited in the same transaction.
 * Any thread.
 */
@ApplicationScoped
public class MessageAdministration {
  /** Messages of one page at most. */
  public static final int MAX_PAGE = 200;

  private static final JsonObject NOTHING = new JsonObject();

  /** A reader who goes on reading is written down again after that. */
  private static final Duration READING = Duration.ofMinutes(10);

  private static final int MAX_READERS = 10_000;

  private final MessageCatalog catalog;
  private final ChannelRepository channels;
  private final MessageService messages;
  private final Audit audit;
  private final AdminRights rights;
  private final Clock clock;
  private final Map<Reader, Long> readers = new ConcurrentHashMap<>();

  private record Reader(ChannelKey channel, String user) {}

  protected MessageAdministration() { // for the client proxy
    this(null, null, null, null, null, null);
  }

  @Inject
  public MessageAdministration(
      MessageCatalog catalog,
      ChannelRepository channels,
      MessageService messages,
      Audit audit,
      AdminRights rights,
      Clock clock) {
    this.catalog = catalog;
    this.channels = channels;
    this.messages = messages;
    this.audit = audit;
    this.rights = rights;
    this.clock = clock;
  }

  /**
   * A channel's messages, latest first.
   *
   * @param before offset, exclusive; {@link Long#MAX_VALUE} for the end
   * @param limit 1 to {@value #MAX_PAGE}
   * @throws RealtimeException with {@code FORBIDDEN}, also for a channel that does not exist
   */
  @Transactional
  public MessageCatalog.Found search(
      Identity by, ChannelName name, MessageCatalog.Query query, long before, int limit) {
    rights.require(by, AdminRight.MESSAGES_READ);
    ChannelKey key = new ChannelKey(by.organization(), name);
    ChannelView view = channels.view(key, by.userId()).orElseThrow(Access::forbidden);
    Channel channel = ChannelAdministration.requireListed(view.channel());
    if (!view.accessOf(by, clock.millis()).mayRead()) {
      writeDown(by, key);
    }
    if (!channel.kind().isLogged() || !channel.policy().hasHistory()) {
      return new MessageCatalog.Found(java.util.List.of(), OptionalLong.empty());
    }
    return catalog.search(channel, query, before, limit);
  }

  private void writeDown(Identity by, ChannelKey channel) {
    Reader reader = new Reader(channel, by.userId().value());
    long now = System.nanoTime();
    Long last = readers.get(reader);
    if (last != null && now - last < READING.toNanos()) {
      return;
    }
    audit.channel(by, "message.read", channel.name(), NOTHING, NOTHING);
    if (readers.size() >= MAX_READERS) {
      readers.clear();
    }
    readers.put(reader, now);
  }

  /**
   * Gives another's message another payload.
   *
   * @param payload JSON text
   * @return fails as {@link MessageService#edit}
   */
  public CompletionStage<Receipt> edit(
      Identity by, ChannelName name, String messageId, String payload, OptionalInt version) {
    rights.require(by, AdminRight.MESSAGES_MODERATE);
    try (Circumstances.Scope carriedOut = Circumstances.current().carriedOutForPerson().begin()) {
      return messages.edit(
          by.carriedOutByServer(), name, messageId, old -> payload, payload.length(), version);
    }
  }

  /** Takes the content of another's message away; as {@link #edit}. */
  public CompletionStage<Receipt> redact(Identity by, ChannelName name, String messageId) {
    rights.require(by, AdminRight.MESSAGES_MODERATE);
    try (Circumstances.Scope carriedOut = Circumstances.current().carriedOutForPerson().begin()) {
      return messages.delete(by.carriedOutByServer(), name, messageId, OptionalInt.empty());
    }
  }
}
