package io.carillon.application;

import io.carillon.domain.message.Publication;

/**
 * The answer to a sender, after the commit.
 *
 * @param publication the message as it is now; not logged on a channel without a log
 * @param duplicate nothing was done: the same was sent before, or changes nothing
 */
public record Receipt(Publication publication, boolean duplicate) {}
