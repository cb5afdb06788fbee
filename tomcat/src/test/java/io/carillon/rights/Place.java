package io.carillon.rights;

/** Which channel is asked about. */
enum Place {
  OPEN("open", "public chat", "CHAT", "PUBLIC"),
  MEMBERS("members", "public chat, members publish", "CHAT", "PUBLIC"),
  MODERATORS("mods", "public chat, moderators publish", "CHAT", "PUBLIC"),
  PRIVATE("private", "private chat", "CHAT", "PRIVATE"),
  LIST("list", "public list", "LIST", "PUBLIC"),
  PRIVATE_LIST("plist", "private list", "LIST", "PRIVATE"),
  EPHEMERAL("pubsub", "private pub/sub", "EPHEMERAL", "PRIVATE"),
  ARCHIVE("archive", "public chat, archived", "CHAT", "PUBLIC"),
  PRIVATE_ARCHIVE("parchive", "private chat, archived", "CHAT", "PRIVATE"),
  OWN_INBOX("inbox", "the own inbox", "INBOX", ""),
  OTHERS_INBOX("theirs", "another's inbox", "INBOX", ""),
  ANNOUNCEMENTS("org", "announcements", "ANNOUNCEMENTS", ""),
  MISSING("missing", "none of that name", "", "");

  private final String code;
  private final String title;
  private final String kind;
  private final String visibility;

  Place(String code, String title, String kind, String visibility) {
    this.code = code;
    this.title = title;
    this.kind = kind;
    this.visibility = visibility;
  }

  /** Its name in {@link RightsTable}. */
  String code() {
    return code;
  }

  String title() {
    return title;
  }

  String kind() {
    return kind;
  }

  String visibility() {
    return visibility;
  }

  /** Whether somebody made it, and it has members. */
  boolean isMade() {
    return !visibility.isEmpty();
  }

  boolean isArchived() {
    return this == ARCHIVE || this == PRIVATE_ARCHIVE;
  }

  boolean isList() {
    return kind.equals("LIST");
  }

  boolean isLogged() {
    return !kind.equals("EPHEMERAL");
  }

  /** What its policy says of publishing. */
  String publish() {
    return switch (this) {
      case MEMBERS -> "MEMBERS";
      case MODERATORS -> "MODERATORS";
      default -> "EVERYONE";
    };
  }
}
