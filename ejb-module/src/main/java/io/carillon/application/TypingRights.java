package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.presence.TypingCheck;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/** Typing is for those who may publish; an answer of the last second is good enough. Any thread. */
@ApplicationScoped
public class TypingRights implements TypingCheck {
  private final ChannelDirectory directory;

  protected TypingRights() { // for the client proxy
    this.directory = null;
  }

  @Inject
  public TypingRights(ChannelDirectory directory) {
    this.directory = directory;
  }

  @Override
  public boolean mayType(Identity identity, ChannelKey channel) {
    Optional<Access> access = directory.recentAccess(identity, channel.name());
    if (access.isEmpty()) {
      return false;
    }
    try {
      access.get().checkTyping();
      return true;
    } catch (RealtimeException refused) {
      return false;
    }
  }
}
