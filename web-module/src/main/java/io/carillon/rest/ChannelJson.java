package io.carillon.rest;

import io.carillon.application.ChannelSettings;
import io.carillon.application.ChannelSummary;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ConflictRule;
import io.carillon.domain.channel.PublishPolicy;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.Visibility;
import io.carillon.gateway.IsoTime;
import io.carillon.json.JsonObject;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.OptionalLong;

/** Channels as clients see and write them. */
public final class ChannelJson {
  private static final String FOREVER = "FOREVER";
  private static final String NONE = "NONE";
  private static final long MILLIS_PER_DAY = Duration.ofDays(1).toMillis();

  private ChannelJson() {}

  /** A channel in a list or an answer. */
  static JsonObject write(ChannelSummary summary) {
    Channel channel = summary.channel();
    return new JsonObject()
        .put("channelId", channel.key().name().value())
        .put("kind", channel.kind().name())
        .put("visibility", channel.visibility().name())
        .put("title", channel.title())
        .put("topic", channel.topic())
        .put("policy", write(channel.policy()))
        .put("archived", channel.isArchived())
        .put("position", channel.kind().isLogged() ? channel.position().toString() : null)
        .put("role", summary.role().map(Role::name).orElse(null))
        .put("member", summary.member())
        .put("unread", summary.unread())
        .put("lastReadOffset", summary.lastReadOffset())
        .put("createdAt", IsoTime.text(channel.createdAtMillis()));
  }

  /** A policy as it is written in bodies. */
  public static JsonObject write(ChannelPolicy policy) {
    return new JsonObject()
        .put("history", history(policy))
        .put("publish", policy.publish().name())
        .put("maxMessageBytes", policy.maxMessageBytes())
        .put("slowModeSeconds", policy.slowModeMillis() / 1_000)
        .put("conflicts", policy.conflicts().name());
  }

  static String history(ChannelPolicy policy) {
    if (policy.isKeptForever()) {
      return FOREVER;
    }
    if (!policy.hasHistory()) {
      return NONE;
    }
    long millis = policy.historyMillis();
    return millis % MILLIS_PER_DAY == 0
        ? "P" + millis / MILLIS_PER_DAY + "D"
        : Duration.ofMillis(millis).toString();
  }

  /**
   * Settings with the members of a body in place of the present ones; what the body leaves out
   * stays.
   *
   * @throws io.carillon.domain.error.RealtimeException with {@code MALFORMED}
   */
  public static ChannelSettings changed(ChannelSettings present, JsonObject body) {
    return new ChannelSettings(
        body.string("title").orElse(present.title()),
        body.string("topic").orElse(present.topic()),
        body.string("visibility")
            .map(text -> Parameters.constant(Visibility.class, text, "visibility"))
            .orElse(present.visibility()),
        body.object("policy")
            .map(policy -> changed(present.policy(), policy))
            .orElse(present.policy()),
        body.bool("archived").orElse(present.archived()));
  }

  private static ChannelPolicy changed(ChannelPolicy present, JsonObject body) {
    OptionalLong slowMode = body.whole("slowModeSeconds");
    if (slowMode.isPresent()
        && (slowMode.getAsLong() < 0
            || slowMode.getAsLong() > ChannelPolicy.MAX_SLOW_MODE_MILLIS / 1_000)) {
      throw Parameters.malformed("slowModeSeconds");
    }
    return new ChannelPolicy(
        body.string("history").map(ChannelJson::historyMillis).orElse(present.historyMillis()),
        body.string("publish")
            .map(text -> Parameters.constant(PublishPolicy.class, text, "publish"))
            .orElse(present.publish()),
        body.wholeInt("maxMessageBytes").orElse(present.maxMessageBytes()),
        slowMode.isPresent() ? slowMode.getAsLong() * 1_000 : present.slowModeMillis(),
        body.string("conflicts")
            .map(text -> Parameters.constant(ConflictRule.class, text, "conflicts"))
            .orElse(present.conflicts()));
  }

  /** {@code FOREVER}, {@code NONE}, or a duration of ISO 8601 such as {@code P30D}. */
  private static long historyMillis(String text) {
    if (text.equals(FOREVER)) {
      return ChannelPolicy.FOREVER;
    }
    if (text.equals(NONE)) {
      return ChannelPolicy.NONE;
    }
    try {
      long millis = Duration.parse(text).toMillis();
      if (millis > 0) { // 0 and -1 have names
        return millis;
      }
    } catch (DateTimeException | ArithmeticException e) {
      throw Parameters.malformed("history");
    }
    throw Parameters.malformed("history");
  }
}
