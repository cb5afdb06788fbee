package io.carillon.domain.message;

/** How far a user has dealt with a notification; it only rises. */
public enum InboxState {
  NEW,
  SEEN,
  READ,
  ACKNOWLEDGED
}
