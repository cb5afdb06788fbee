package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Asker;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.channel.MembershipRepository;
import io.carillon.domain.channel.ViewQuestion;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.UserId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Channels in a map, for tests of one thread. */
final class MemoryChannels implements ChannelRepository {
  private final Map<String, Channel> channels = new TreeMap<>();
  private final MembershipRepository members;

  MemoryChannels(MembershipRepository members) {
    this.members = members;
  }

  @Override
  public Optional<Channel> find(ChannelKey key) {
    return Optional.ofNullable(channels.get(key.toString()));
  }

  @Override
  public Optional<ChannelView> view(ChannelKey key, UserId user) {
    return find(key).map(channel -> viewOf(channel, user));
  }

  @Override
  public Map<Asker, Access> accessOf(Collection<Asker> askers) {
    Map<Asker, Access> found = new HashMap<>();
    for (Asker asker : askers) {
      view(asker.channel(), asker.who().userId())
          .ifPresent(view -> found.put(asker, view.accessOf(asker.who(), 0)));
    }
    return found;
  }

  @Override
  public List<Map<ChannelName, ChannelView>> views(List<ViewQuestion> questions) {
    return questions.stream().map(this::answer).toList();
  }

  private Map<ChannelName, ChannelView> answer(ViewQuestion question) {
    return question.names().stream()
        .flatMap(
            name -> view(new ChannelKey(question.organization(), name), question.user()).stream())
        .collect(Collectors.toMap(view -> view.channel().key().name(), view -> view));
  }

  private ChannelView viewOf(Channel channel, UserId user) {
    return new ChannelView(channel, members.find(channel, user).orElse(null));
  }

  @Override
  public Optional<Channel> lock(ChannelKey key) {
    return find(key);
  }

  @Override
  public void lockAll(Collection<ChannelKey> keys) {
    // there is one thread
  }

  @Override
  public Channel create(Channel channel) {
    if (channels.putIfAbsent(channel.key().toString(), channel) != null) {
      throw new RealtimeException(ErrorCode.CONFLICT, "channel");
    }
    return channel;
  }

  @Override
  public Channel ensureSystemChannel(ChannelKey key) {
    return channels.computeIfAbsent(
        key.toString(),
        name ->
            key.name().value().startsWith("org:")
                ? Channel.announcements(key, 0)
                : Channel.inbox(key, 0));
  }

  @Override
  public List<ChannelView> listVisible(
      String organization, UserId user, String afterName, int limit) {
    return after(organization, afterName)
        .map(channel -> viewOf(channel, user))
        .limit(limit)
        .toList();
  }

  @Override
  public List<Channel> list(String organization, String namePrefix, String afterName, int limit) {
    return after(organization, afterName).limit(limit).toList();
  }

  private Stream<Channel> after(String organization, String afterName) {
    return channels.values().stream()
        .filter(channel -> channel.key().organization().equals(organization))
        .filter(channel -> channel.key().name().value().compareTo(afterName) > 0);
  }

  @Override
  public List<ChannelName> names(String organization, java.util.Collection<Long> numbers) {
    throw new UnsupportedOperationException();
  }
}
