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
 * One line of the audit: who did what, when, from where and why, to what, with the state before and
 * after as JSON. It holds no message's content and no secret. Never changed once it is stored.
 *
 * <p>The lines of an organization are a chain: each has a number and a hash that covers what it
 * says and the hash of the line before. Lines of before the chain have the number 0 and no hash.
 */
@Entity
@Table(name = "audit")
public class AuditEntry {
  private static final int MAX_TARGET = 200;
  private static final int MAX_STATE = 8_000;
  private static final int MAX_ADDRESS = 64;

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

  @Column(name = "source_address", updatable = false)
  private String address;

  @Column(updatable = false)
  private String reason;

  @Column(name = "chain_no", updatable = false)
  private long number; // 0 until it is in the chain

  @Column(name = "previous_hash", updatable = false)
  private String previousHash = "";

  @Column(name = "line_hash", updatable = false)
  private String hash = "";

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
    this(happenedAtMillis, actor, action, channel, target, before, after, Circumstances.current());
  }

  /**
   * The same, where the circumstances are not those of the thread.
   *
   * @param circumstances from where it was done, and why
   */
  public AuditEntry(
      long happenedAtMillis,
      Identity actor,
      String action,
      String channel,
      String target,
      String before,
      String after,
      Circumstances circumstances) {
    this.happenedAtMillis = happenedAtMillis;
    this.organization = actor.organization();
    this.actor = actor.userId().value();
    this.actorKind = circumstances.byPerson() ? Identity.Kind.USER : actor.kind();
    this.action = Objects.requireNonNull(action);
    this.channel = Objects.requireNonNull(channel);
    this.target = Text.checked(target, MAX_TARGET, "audit");
    this.before = Text.checked(before, MAX_STATE, "audit");
    this.after = Text.checked(after, MAX_STATE, "audit");
    String from = circumstances.address();
    this.address = from.length() > MAX_ADDRESS ? from.substring(0, MAX_ADDRESS) : from;
    this.reason = circumstances.reason();
  }

  /**
   * Puts the line into the chain, once, before it is stored.
   *
   * @param newNumber one more than that of the line before
   * @param newPreviousHash that line's
   */
  public void link(long newNumber, String newPreviousHash) {
    if (number != 0) {
      throw new IllegalStateException("in the chain already");
    }
    number = newNumber;
    previousHash = newPreviousHash;
    hash = computedHash();
  }

  /** Whether the hash is that of what the line says. */
  public boolean isGenuine() {
    return hash.equals(computedHash());
  }

  private String computedHash() {
    return new AuditDigest()
        .add(previousHash)
        .add(number)
        .add(happenedAtMillis)
        .add(organization)
        .add(actor)
        .add(actorKind.name())
        .add(action)
        .add(channel)
        .add(target)
        .add(before)
        .add(after)
        .add(address)
        .add(reason)
        .hex();
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

  /** The network address that it was asked from, or the empty string. */
  public String address() {
    return address;
  }

  /** Why, in the actor's words, or the empty string. */
  public String reason() {
    return reason;
  }

  /** The place in the organization's chain, from 1 on; 0 for a line outside of it. */
  public long number() {
    return number;
  }

  /** The hash of the line before in the chain, or the empty string. */
  public String previousHash() {
    return previousHash;
  }

  /** 64 hexadecimal digits, or the empty string for a line outside of the chain. */
  public String hash() {
    return hash;
  }
}
