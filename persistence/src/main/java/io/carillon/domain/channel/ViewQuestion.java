package io.carillon.domain.channel;

import io.carillon.domain.user.UserId;
import java.util.Set;

/** Which channels of an organization are there, and what a user is in them. */
public record ViewQuestion(String organization, UserId user, Set<ChannelName> names) {}
