package io.carillon.domain.audit;

import java.util.Objects;

/**
 * Which lines of an organization's audit somebody wants to see. Texts may be empty: then they do
 * not count.
 *
 * @param action begins with this
 * @param text is in the channel, the target, the actor or the reason, in any case
 * @param fromMillis included
 * @param toMillis not included; {@link Long#MAX_VALUE} for no end
 */
public record AuditQuery(
    String organization,
    String actor,
    String action,
    String channel,
    String target,
    String text,
    long fromMillis,
    long toMillis) {
  public AuditQuery {
    Objects.requireNonNull(organization);
    Objects.requireNonNull(actor);
    Objects.requireNonNull(action);
    Objects.requireNonNull(channel);
    Objects.requireNonNull(target);
    Objects.requireNonNull(text);
  }

  /** All of an organization's. */
  public static AuditQuery all(String organization) {
    return new AuditQuery(organization, "", "", "", "", "", 0, Long.MAX_VALUE);
  }
}
