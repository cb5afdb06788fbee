package io.carillon.rights;

/**
 * Who asks. Those up to {@link #FOREIGN_ADMIN} have valid credentials, and a column in the tables.
 */
enum Subject {
  OWNER("o", "owner", "the channel's only owner"),
  MODERATOR("m", "moderator", "a moderator of the channel"),
  WRITER("w", "writer", "a writer"),
  READER("r", "reader", "a reader"),
  MUTED("q", "muted", "a writer who is muted"),
  OUTSIDER("n", "non-member", "a user of the organization who never was a member"),
  REMOVED("g", "removed", "a user of the organization who was a writer and has been removed"),
  ADMIN("a", "admin", "an admin of the organization who is not a member"),
  ORGANIZATION_OWNER("p", "organization owner", "an owner of the organization who is not a member"),
  VIEWER("v", "viewer", "a viewer of the organization who is not a member"),
  ORGANIZATION_MODERATOR(
      "s", "organization moderator", "a moderator of the organization who is not a member"),
  CHANNEL_ADMIN("c", "channel administrator", "a channel administrator who is not a member"),
  OPERATOR("e", "operator", "an operator of the organization who is not a member"),
  API_KEY("k", "API key", "a program of the organization"),
  FOREIGN("f", "foreign", "a user of another organization"),
  FOREIGN_ADMIN("h", "foreign admin", "an admin of another organization"),
  ANONYMOUS("", "anonymous", "a caller without credentials"),
  EXPIRED("", "expired", "a writer whose token has expired"),
  REVOKED("", "revoked", "a program whose key has been revoked");

  private final String column;
  private final String title;
  private final String meaning;

  Subject(String column, String title, String meaning) {
    this.column = column;
    this.title = title;
    this.meaning = meaning;
  }

  /** A letter over the column in {@link RightsTable}; empty where one sentence says it all. */
  String column() {
    return column;
  }

  String title() {
    return title;
  }

  String meaning() {
    return meaning;
  }

  /** The account's id. */
  String userId() {
    return "rights-" + title.replace(" ", "-");
  }

  /** Whether it has valid credentials. */
  boolean isKnown() {
    return !column.isEmpty();
  }
}
