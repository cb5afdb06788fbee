package io.carillon.persistence;

import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.MembershipRepository;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.message.LogCommand;
import io.carillon.domain.message.LogOutcome;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.ApiKeyRepository;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRepository;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.RevokedTokenRepository;
import io.carillon.domain.user.UserId;
import io.carillon.domain.user.UserRepository;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** The repositories over a test's database, and an organization that no other test uses. */
final class Fixture {
  private static final AtomicInteger ORGANIZATIONS = new AtomicInteger();

  final TestClock clock = new TestClock();
  final TestTransactions transactions;
  final OrganizationRepository organizations;
  final UserRepository users;
  final ApiKeyRepository apiKeys;
  final RevokedTokenRepository revokedTokens;
  final ChannelRepository channels;
  final MembershipRepository memberships;
  final MessageRepository log;
  final String organization = "org-" + ORGANIZATIONS.incrementAndGet();

  Fixture(TestDatabase database) {
    transactions = database.transactions();
    var entities = transactions.entities();
    organizations =
        transactions.around(
            OrganizationRepository.class, new JpaOrganizationRepository(entities, clock));
    users =
        transactions.around(
            UserRepository.class, new JpaUserRepository(entities, organizations, clock));
    apiKeys = transactions.around(ApiKeyRepository.class, new JpaApiKeyRepository(entities, clock));
    revokedTokens =
        transactions.around(RevokedTokenRepository.class, new JpaRevokedTokenRepository(entities));
    channels =
        transactions.around(ChannelRepository.class, new JpaChannelRepository(entities, clock));
    memberships =
        transactions.around(
            MembershipRepository.class, new JpaMembershipRepository(entities, clock));
    log = transactions.around(MessageRepository.class, new JpaMessageRepository(entities, clock));
    organizations.ensure(organization);
  }

  // ---- who

  Identity user(String id) {
    return identity(id, OrganizationRole.MEMBER, Identity.Kind.USER);
  }

  Identity admin(String id) {
    return identity(id, OrganizationRole.ADMIN, Identity.Kind.USER);
  }

  Identity apiKey(String id) {
    return identity(id, OrganizationRole.ADMIN, Identity.Kind.API_KEY);
  }

  private Identity identity(String id, OrganizationRole role, Identity.Kind kind) {
    String name = Character.toUpperCase(id.charAt(0)) + id.substring(1);
    return new Identity(
        organization,
        new UserId(id),
        name,
        "https://img.example/" + id,
        role,
        "token",
        Instant.MAX,
        kind);
  }

  // ---- channels

  ChannelKey key(String name) {
    return new ChannelKey(organization, new ChannelName(name));
  }

  Channel chat(String name) {
    return channel(name, ChannelKind.CHAT, Visibility.PUBLIC, ChannelPolicy.DEFAULT);
  }

  Channel channel(String name, ChannelKind kind, Visibility visibility, ChannelPolicy policy) {
    return channels.create(new Channel(key(name), kind, visibility, "", policy, clock.millis()));
  }

  Channel now(Channel channel) {
    return channels.find(channel.key()).orElseThrow();
  }

  // ---- commands

  static String uuid() {
    return UUID.randomUUID().toString();
  }

  static LogCommand.Send send(Channel channel, Identity author, String text) {
    return send(channel, author, text, "");
  }

  static LogCommand.Send send(Channel channel, Identity author, String text, String clientId) {
    return new LogCommand.Send(
        channel.key(), author, uuid(), Publication.CHAT, '"' + text + '"', clientId);
  }

  static LogCommand.Edit edit(Channel channel, Identity author, String id, String text) {
    return new LogCommand.Edit(
        channel.key(), author, id, before -> '"' + text + '"', OptionalInt.empty(), 256);
  }

  static LogCommand.Edit edit(
      Channel channel, Identity author, String id, String text, int version) {
    return new LogCommand.Edit(
        channel.key(), author, id, before -> '"' + text + '"', OptionalInt.of(version), 256);
  }

  static LogCommand.Delete delete(Channel channel, Identity author, String id) {
    return new LogCommand.Delete(channel.key(), author, id, OptionalInt.empty());
  }

  LogOutcome append(LogCommand command) {
    return log.append(List.of(command)).get(0);
  }

  /** Appends a command that has to succeed. */
  Publication stored(LogCommand command) {
    LogOutcome outcome = append(command);
    if (outcome instanceof LogOutcome.Stored stored) {
      return stored.publication();
    }
    throw new AssertionError("not stored: " + outcome);
  }
}
