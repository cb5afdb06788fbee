package io.carillon.presence;

import java.util.Objects;

/** What a node tells the {@link PresenceStore} about one entry. */
public record PresenceChange(Kind kind, PresenceEntry entry) {

  /** What is to become of the entry. */
  public enum Kind {
    /** It is there for a whole lifetime from now on; it is added if the store has it not. */
    KEEP,
    /**
     * As {@link #KEEP}, of an entry that the store was told of before with success. Should the
     * store have lost it, which is not to have ended it, its user was there all the time.
     */
    EXTEND,
    /** Its connection is gone: it lives on for the grace time, should the user come back. */
    RELEASE,
    /** It was left on purpose: it ends now. */
    REMOVE
  }

  public PresenceChange {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(entry);
  }

  public static PresenceChange keep(PresenceEntry entry) {
    return new PresenceChange(Kind.KEEP, entry);
  }

  public static PresenceChange extend(PresenceEntry entry) {
    return new PresenceChange(Kind.EXTEND, entry);
  }

  public static PresenceChange release(PresenceEntry entry) {
    return new PresenceChange(Kind.RELEASE, entry);
  }

  public static PresenceChange remove(PresenceEntry entry) {
    return new PresenceChange(Kind.REMOVE, entry);
  }
}
