package io.carillon.domain.channel;

/**
 * One of the conditions that {@link Access} looks at, as a sentence that holds or does not: what
 * somebody is told who asks why.
 */
public enum AccessRule {
  USER_EXISTS("There is such a user."),
  ACCOUNT_OPEN("The account is not locked."),
  CHANNEL_EXISTS("There is such a channel."),
  SAME_ORGANIZATION("The channel belongs to the user's organization."),
  OWN_INBOX("The inbox is the user's own."),
  ORGANIZATION_ADMIN("The user is an admin or owner of the organization."),
  NOT_BANNED("The user is not banned from the channel."),
  MEMBER("The user is a member of the channel."),
  CHANNEL_PUBLIC("The channel is public: everybody in the organization counts as a writer."),
  HAS_ROLE("The user has a role in the channel, stored or because the channel is public."),
  ROLE_PUBLISHES("The role may publish: writer, moderator or owner."),
  POLICY_ALLOWS("The channel's policy lets this user publish."),
  READS("The user may read the channel."),
  WRITES("The user is entitled to publish in the channel."),
  INSIDE("The user may read or publish there."),
  NOT_MUTED("The user is not muted."),
  NOT_ARCHIVED("The channel is not archived."),
  NO_SYSTEM_CHANNEL("The channel is neither an inbox nor the announcements."),
  AUTHOR_OR_LIST("The user wrote the message, or it is an item of a shared list."),
  CHANNEL_MODERATOR("The user is a moderator or owner of the channel."),
  CHANNEL_MANAGER(
      "The user is an owner of the channel, or the role in the organization manages channels."),
  ORGANIZATION_MODERATOR("The role in the organization moderates members."),
  BELOW_OWN_ROLE("The member's role is below the user's own, or the user manages the channel."),
  VISIBLE("The user may know of the channel."),
  A_PERSON("The user is a person and no program."),
  MAY_JOIN("The user is a member already, or the channel is public."),
  INBOX("The channel is an inbox."),
  AN_OWNER_STAYS("An owner of the channel stays.");

  private final String text;

  AccessRule(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
