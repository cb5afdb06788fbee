package io.carillon.domain.channel;

import java.util.Objects;

/** What of a channel decides about rights: a value, so that it can be read without the entity. */
public record ChannelRules(
    ChannelKey key,
    ChannelKind kind,
    Visibility visibility,
    boolean archived,
    ChannelPolicy policy) {
  public ChannelRules {
    Objects.requireNonNull(key);
    Objects.requireNonNull(kind);
    Objects.requireNonNull(visibility);
    Objects.requireNonNull(policy);
  }
}
