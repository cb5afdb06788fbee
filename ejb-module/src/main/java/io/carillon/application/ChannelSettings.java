package io.carillon.application;

import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.Visibility;
import io.carillon.json.JsonObject;
import java.util.Objects;

/**
 * What those who manage a channel may change about it; its name and kind they cannot.
 *
 * @param title the empty string for none
 * @param topic the empty string for none
 */
public record ChannelSettings(
    String title, String topic, Visibility visibility, ChannelPolicy policy, boolean archived) {
  public ChannelSettings {
    Objects.requireNonNull(title);
    Objects.requireNonNull(topic);
    Objects.requireNonNull(visibility);
    Objects.requireNonNull(policy);
  }

  static ChannelSettings of(Channel channel) {
    return new ChannelSettings(
        channel.title(),
        channel.topic(),
        channel.visibility(),
        channel.policy(),
        channel.isArchived());
  }

  public ChannelSettings withArchived(boolean now) {
    return new ChannelSettings(title, topic, visibility, policy, now);
  }

  /** Whether somebody's rights follow from these otherwise than from the others. */
  boolean changesRightsOf(ChannelSettings others) {
    return visibility != others.visibility
        || archived != others.archived
        || !policy.equals(others.policy);
  }

  /** Puts these into a channel that the caller has locked. */
  void applyTo(Channel channel) {
    channel.rename(title);
    channel.describe(topic);
    channel.show(visibility);
    channel.adopt(policy);
    if (archived) {
      channel.archive();
    } else {
      channel.restore();
    }
  }

  /** For the audit. */
  JsonObject toJson() {
    return new JsonObject()
        .put("title", title)
        .put("topic", topic)
        .put("visibility", visibility.name())
        .put("archived", archived)
        .put("historyMillis", policy.historyMillis())
        .put("publish", policy.publish().name())
        .put("maxMessageBytes", policy.maxMessageBytes())
        .put("slowModeMillis", policy.slowModeMillis())
        .put("conflicts", policy.conflicts().name());
  }
}
