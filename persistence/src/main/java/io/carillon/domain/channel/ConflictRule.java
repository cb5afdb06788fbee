package io.carillon.domain.channel;

/** What happens to a change whose author had not seen the latest version of the item. */
public enum ConflictRule {
  /** It is refused with {@code CONFLICT} and the present item. */
  VERSIONED,
  /** It is stored; versions are not looked at. */
  LAST_WRITE_WINS
}
