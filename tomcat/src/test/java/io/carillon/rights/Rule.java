package io.carillon.rights;

/** The questions that the table answers. Each route and frame is under one of them. */
enum Rule {
  SEE("Seeing a channel", "its settings and its members"),
  READ("Reading", "messages, history, streams, presence, and marking as read"),
  PUBLISH(
      "Publishing", "new messages; inboxes and announcements have their own way, Telling people"),
  CHANGE_OWN("Changing one's own message", "editing and deleting what the caller wrote"),
  CHANGE_OTHERS("Changing another's message", "editing and deleting what somebody else wrote"),
  READ_ITEMS("Reading a list's items", "where a channel is no list, whoever is inside is told so"),
  HEAR_ITEMS("Listening to a list", "as for reading its items, as a stream"),
  WRITE_ITEMS("Changing a list's items", "in a list every publisher changes every item"),
  TYPING(
      "Typing",
      "never worth an error: every frame is acknowledged, and shown to others only where it says"
          + " yes"),
  MANAGE(
      "Managing a channel",
      "its settings, archiving and restoring it, and giving the roles moderator and owner"),
  ADD("Adding a member", "with a role below moderator"),
  ALTER("Muting or removing a member", "a writer's mute and membership"),
  ALTER_ROLE("Changing a member's role", "a writer's, to another one below moderator"),
  ALTER_PEER("Changing or removing a moderator", "a moderator's role and membership"),
  JOIN("Joining", "becoming a writer by oneself; a program cannot be a member"),
  LEAVE("Leaving", "ending one's own membership; the last owner cannot"),

  ANYBODY("Everybody with valid credentials", "programs too"),
  PEOPLE("People", "what belongs to a user; a program has none of it"),
  ADMINS_AND_PROGRAMS("Telling people", "notifications and announcements, in the own organization"),
  ADMINS("Keys of programs", "for admins in person"),
  ENDING_PROOFS(
      "Ending a program's key, locking an account", "another organization has neither of them"),
  OF_ANOTHER("Another user's notification", "is not in the caller's inbox, so there is none"),
  SESSIONS("Renewing a login", "the callers here have tokens of a foreign issuer"),
  ADMINISTRATORS(
      "Administration: what all who administer may see",
      "overview, lists of channels, accounts and announcements, in the own organization"),
  ADMINISTRATORS_HERE(
      "Administration: seeing a channel", "another organization has no such channel"),
  ADMINISTRATORS_OF_USER("Administration: seeing one of its kind", "here an account"),
  OBSERVERS("Administration: connections, nodes and audit", "for those who look after the server"),
  CHANNEL_MANAGERS("Administration: making channels", "in the own organization"),
  CHANNEL_MANAGERS_HERE("Administration: managing a channel", "and who belongs to it"),
  ORDER_KEEPERS("Administration: keeping order", "in any channel of the organization"),
  ACCOUNT_KEEPERS("Administration: making accounts and keys", "in the own organization"),
  ACCOUNT_KEEPERS_HERE(
      "Administration: changing accounts and keys", "another organization has others"),
  SERVER_KEEPERS(
      "Administration: the server", "in the organization that operates it, and in no other"),
  NOBODY("Not for anybody", "whatever the credentials are"),
  TAKEN("A name that is taken", "names are the organization's; another organization has its own"),
  NONSENSE("What is no frame", "is told so"),
  OPEN("Without credentials", "also for callers whose credentials are no longer valid");

  private final String title;
  private final String about;

  Rule(String title, String about) {
    this.title = title;
    this.about = about;
  }

  String title() {
    return title;
  }

  String about() {
    return about;
  }

  /** Whether the answer depends on the channel. */
  boolean isOfChannels() {
    return compareTo(ANYBODY) < 0;
  }
}
