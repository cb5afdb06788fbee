package io.carillon.domain.channel;

import io.carillon.domain.Text;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.security.SecureRandom;
import java.util.Objects;

/**
 * A named stream of messages inside an organization. Name, kind and organization never change, and
 * a channel is never removed: it is archived.
 *
 * <p>The two ends of its log, {@code lastOffset} and {@code prunedOffset}, are read here and moved
 * only by the log itself: a change of the title that was prepared before an append must not put the
 * offset back.
 */
@Entity
@Table(name = "channel")
public class Channel {
  public static final int MAX_TITLE = 200;
  public static final int MAX_TOPIC = 1_000;

  /** JavaScript's numbers are exact up to here, and every wire carries offsets as numbers. */
  public static final long MAX_OFFSET = (1L << 53) - 1;

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String EPOCH_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final int EPOCH_LENGTH = 4;

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private long id; // 0 until it is stored

  @Column(name = "organization_id", updatable = false)
  private String organization;

  @Column(name = "channel_name", updatable = false)
  private String name;

  @Enumerated(EnumType.STRING)
  @Column(updatable = false)
  private ChannelKind kind;

  @Enumerated(EnumType.STRING)
  private Visibility visibility;

  private String title;
  private String topic;

  @Column(updatable = false)
  private String epoch;

  @Column(name = "last_offset", updatable = false)
  private long lastOffset; // 0 before the first message

  @Column(name = "pruned_offset", updatable = false)
  private long prunedOffset;

  private boolean archived;

  @Column(name = "history_millis")
  private long historyMillis;

  @Enumerated(EnumType.STRING)
  @Column(name = "publish_policy")
  private PublishPolicy publishPolicy;

  @Column(name = "max_message_bytes")
  private int maxMessageBytes;

  @Column(name = "slow_mode_millis")
  private long slowModeMillis;

  @Enumerated(EnumType.STRING)
  @Column(name = "conflict_rule")
  private ConflictRule conflictRule;

  @Column(name = "created_at", updatable = false)
  private long createdAtMillis;

  /** For the persistence provider. */
  protected Channel() {}

  /**
   * A channel that is not stored yet, with an empty log of a new epoch.
   *
   * @param title the empty string for none
   */
  public Channel(
      ChannelKey key,
      ChannelKind kind,
      Visibility visibility,
      String title,
      ChannelPolicy policy,
      long createdAtMillis) {
    this.organization = key.organization();
    this.name = key.name().value();
    this.kind = Objects.requireNonNull(kind);
    this.visibility = Objects.requireNonNull(visibility);
    this.title = Text.checked(title, MAX_TITLE, "title");
    this.topic = "";
    this.epoch = newEpoch();
    this.createdAtMillis = createdAtMillis;
    adopt(policy);
  }

  /** The channel that holds one user's notifications. */
  public static Channel inbox(ChannelKey key, long createdAtMillis) {
    return system(key, ChannelKind.INBOX, createdAtMillis);
  }

  /** The channel that every member of the organization reads. */
  public static Channel announcements(ChannelKey key, long createdAtMillis) {
    return system(key, ChannelKind.ANNOUNCEMENTS, createdAtMillis);
  }

  // Private, so that no list of public channels has to pass over one inbox for each user.
  private static Channel system(ChannelKey key, ChannelKind kind, long createdAtMillis) {
    return new Channel(key, kind, Visibility.PRIVATE, "", ChannelPolicy.DEFAULT, createdAtMillis);
  }

  private static String newEpoch() {
    StringBuilder letters = new StringBuilder(EPOCH_LENGTH);
    for (int i = 0; i < EPOCH_LENGTH; i++) {
      letters.append(EPOCH_LETTERS.charAt(RANDOM.nextInt(EPOCH_LETTERS.length())));
    }
    return letters.toString();
  }

  /**
   * @throws io.carillon.domain.error.RealtimeException with {@code TOO_LARGE} beyond {@value
   *     #MAX_TITLE} characters, or {@code MALFORMED}
   */
  public void rename(String newTitle) {
    title = Text.checked(newTitle, MAX_TITLE, "title");
  }

  /**
   * @throws io.carillon.domain.error.RealtimeException with {@code TOO_LARGE} beyond {@value
   *     #MAX_TOPIC} characters, or {@code MALFORMED}
   */
  public void describe(String newTopic) {
    topic = Text.checked(newTopic, MAX_TOPIC, "topic");
  }

  /** Opens the channel to the organization, or closes it to all but its members. */
  public void show(Visibility newVisibility) {
    visibility = Objects.requireNonNull(newVisibility);
  }

  public final void adopt(ChannelPolicy policy) {
    historyMillis = policy.historyMillis();
    publishPolicy = policy.publish();
    maxMessageBytes = policy.maxMessageBytes();
    slowModeMillis = policy.slowModeMillis();
    conflictRule = policy.conflicts();
  }

  /** From now on the channel can only be read. */
  public void archive() {
    archived = true;
  }

  /** Takes an archived channel back into use. */
  public void restore() {
    archived = false;
  }

  /** The stored channel's number; 0 for one that is not stored. */
  public long id() {
    return id;
  }

  public ChannelKey key() {
    return new ChannelKey(organization, new ChannelName(name));
  }

  public ChannelKind kind() {
    return kind;
  }

  public Visibility visibility() {
    return visibility;
  }

  /** The empty string for none. */
  public String title() {
    return title;
  }

  /** The empty string for none. */
  public String topic() {
    return topic;
  }

  public String epoch() {
    return epoch;
  }

  /** The offset that the latest change took when this was read; 0 before the first. */
  public long lastOffset() {
    return lastOffset;
  }

  /** Changes up to this offset may be gone: nobody can resume from a place before it. */
  public long prunedOffset() {
    return prunedOffset;
  }

  /** The log's end when this was read. */
  public Cursor position() {
    return new Cursor(epoch, lastOffset);
  }

  public boolean isArchived() {
    return archived;
  }

  public ChannelPolicy policy() {
    return new ChannelPolicy(
        historyMillis, publishPolicy, maxMessageBytes, slowModeMillis, conflictRule);
  }

  public ChannelRules rules() {
    return new ChannelRules(key(), kind, visibility, archived, policy());
  }

  public long createdAtMillis() {
    return createdAtMillis;
  }
}
