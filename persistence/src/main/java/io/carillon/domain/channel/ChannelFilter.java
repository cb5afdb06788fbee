package io.carillon.domain.channel;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which of an organization's chats, lists and pub/sub channels somebody wants to see.
 *
 * @param text is in the name or the title, in any case; the empty string for all
 * @param atStart whether the name, letter for letter, has to begin with it instead
 * @param kinds none for all three
 * @param visibility null for both
 * @param archived null for both
 */
public record ChannelFilter(
    String text, boolean atStart, Set<ChannelKind> kinds, Visibility visibility, Boolean archived) {
  /** Everything. */
  public static final ChannelFilter ALL = new ChannelFilter("", false, Set.of(), null, null);

  public ChannelFilter {
    Objects.requireNonNull(text);
    kinds = Set.copyOf(kinds);
  }

  public Optional<Visibility> wantedVisibility() {
    return Optional.ofNullable(visibility);
  }

  public Optional<Boolean> wantedArchived() {
    return Optional.ofNullable(archived);
  }

  public ChannelFilter withArchived(boolean wanted) {
    return new ChannelFilter(text, atStart, kinds, visibility, wanted);
  }
}
