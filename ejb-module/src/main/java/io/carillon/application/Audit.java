package io.carillon.application;

import io.carillon.domain.audit.AuditEntry;
import io.carillon.domain.audit.AuditRepository;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.user.Identity;
import io.carillon.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;

/**
 * Writes down what those who manage channels, members and keys do. Always called inside the
 * transaction that makes the change.
 */
@ApplicationScoped
public class Audit {
  private final AuditRepository entries;
  private final Clock clock;

  protected Audit() { // for the client proxy
    this.entries = null;
    this.clock = null;
  }

  @Inject
  public Audit(AuditRepository entries, Clock clock) {
    this.entries = entries;
    this.clock = clock;
  }

  /** What happened to a channel as a whole. */
  void channel(
      Identity who, String action, ChannelName channel, JsonObject before, JsonObject after) {
    add(who, action, channel.value(), "", before, after);
  }

  /** What happened to somebody's membership. */
  void member(
      Identity who,
      String action,
      ChannelName channel,
      String user,
      JsonObject before,
      JsonObject after) {
    add(who, action, channel.value(), user, before, after);
  }

  /** What happened to something of the organization outside channels. */
  void organization(
      Identity who, String action, String target, JsonObject before, JsonObject after) {
    add(who, action, "", target, before, after);
  }

  private void add(
      Identity who,
      String action,
      String channel,
      String target,
      JsonObject before,
      JsonObject after) {
    entries.add(
        new AuditEntry(clock.millis(), who, action, channel, target, text(before), text(after)));
  }

  private static String text(JsonObject state) {
    return state.members().isEmpty() ? "" : state.toString();
  }
}
