package io.carillon.gateway;

import io.carillon.application.Connections;
import io.carillon.application.MessageService;
import io.carillon.application.ReadMarks;
import io.carillon.application.SubscriptionService;
import io.carillon.config.Settings;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import io.carillon.presence.PresenceService;
import io.carillon.presence.TypingService;
import io.carillon.security.Authenticator;

/** What all sessions of a node use. */
public record GatewayServices(
    Connections connections,
    MessageService messages,
    SubscriptionService subscriptions,
    PresenceService presence,
    TypingService typing,
    ReadMarks readMarks,
    Authenticator authenticator,
    Workers workers,
    Metrics metrics,
    Settings settings) {}
