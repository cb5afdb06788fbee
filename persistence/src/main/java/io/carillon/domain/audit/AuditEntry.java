package io.carillon.domain.audit;

import io.carillon.domain.Text;
import io.carillon.domain.user.Identity;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Objects;

/**
 * One line of the audit: who did what, when, to what, with the state before and after as JSON. It
 * holds no message's content and no secret. Never changed once it is stored.
 */
@Entity
@Table(name = "audit")
public class AuditEntry {
  private static final int MAX_TARGET = 200;
  private static final int MAX_STATE = 8_000;

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private long id; // 0 until it is stored

  @Column(name = "happened_at", updatable = false)
  private long happenedAtMillis;

  @Column(name = "organization_id", updatable = false)
  private String organization;

  @Column(name = "actor_id", updatable = false)
  private String actor;

  @Enumerated(EnumType.STRING)
  @Column(name = "actor_kind", updatable = false)
  private Identity.Kind actorKind;

  @Column(name = "audit_action", updatable = false)
  private String action;

  @Column(name = "channel_name", updatable = false)
  private String channel;

  @Column(updatable = false)
  private String target;

  @Column(name = "state_before", updatable = false)
  private String before;

  @Column(name = "state_after", updatable = false)
  private String after;

  /** For the persistence provider. */
  protected AuditEntry() {}

  /**
   * A line that is not stored yet.
   *
   * @param action a fixed word such as {@code channel.archive}
   * @param channel the channel's name, or the empty string
   * @param target whom or what else it concerns, or the empty string
   * @param before JSON text, or the empty string where nothing was there
   * @param after JSON text, or the empty string where nothing is left
   */
  public AuditEntry(
      long happenedAtMillis,
      Identity actor,
      String action,
      String channel,
      String target,
      String before,
      String after) {
    this.happenedAtMillis = happenedAtMillis;
    this.organization = actor.organization();
    this.actor = actor.userId().value();
    this.actorKind = actor.kind();
    this.action = Objects.requireNonNull(action);
    this.channel = Objects.requireNonNull(channel);
    this.target = Text.checked(target, MAX_TARGET, "audit");
    this.before = Text.checked(before, MAX_STATE, "audit");
    this.after = Text.checked(after, MAX_STATE, "audit");
  }

  /** Rises with every line; 0 before it is stored. */
  public long id() {
    return id;
  }

  public long happenedAtMillis() {
    return happenedAtMillis;
  }

  public String organization() {
    return organization;
  }

  public String actor() {
    return actor;
  }

  public Identity.Kind actorKind() {
    return actorKind;
  }

  public String action() {
    return action;
  }

  /** The channel's name, or the empty string. */
  public String channel() {
    return channel;
  }

  /** Whom or what it concerns besides the channel, or the empty string. */
  public String target() {
    return target;
  }

  /** JSON text, or the empty string. */
  public String before() {
    return before;
  }

  /** JSON text, or the empty string. */
  public String after() {
    return after;
  }
}
