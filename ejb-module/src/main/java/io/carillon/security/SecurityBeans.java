package io.carillon.security;

import io.carillon.config.Secret;
import io.carillon.config.Settings;
import io.carillon.node.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;

/** Makes what is plain Java from the settings, once for each node. */
@ApplicationScoped
public class SecurityBeans {

  @Produces
  @Singleton
  TokenVerifier tokenVerifier(Settings settings, Workers workers, Clock clock) {
    Settings.Tokens tokens = settings.tokens();
    List<byte[]> secrets =
        Stream.of(tokens.secret(), tokens.previousSecret())
            .filter(Secret::isPresent)
            .map(Secret::bytes)
            .toList();
    VerificationKeys keys =
        tokens.jwksUrl().isEmpty()
            ? VerificationKeys.NONE
            : new JwksKeys(
                new HttpKeySource(URI.create(tokens.jwksUrl()), workers), System::nanoTime);
    return new TokenVerifier(secrets, keys, tokens.issuer(), tokens.audience(), clock);
  }

  @Produces
  @Singleton
  TokenIssuer tokenIssuer(Settings settings, Clock clock) {
    Settings.Tokens tokens = settings.tokens();
    return new TokenIssuer(tokens.secret().bytes(), tokens.lifetime(), clock);
  }

  @Produces
  @Singleton
  LoginLimiter loginLimiter(Settings settings) {
    return new LoginLimiter(settings.limits().loginsPerMinute(), System::nanoTime);
  }

  @Produces
  @Singleton
  ConnectionLimits connectionLimits(Settings settings, UserPlaces everywhere) {
    Settings.Limits limits = settings.limits();
    return new ConnectionLimits(
        limits.connections(),
        limits.connectionsPerUser(),
        limits.connectionsPerAddress(),
        everywhere);
  }

  @Produces
  @Singleton
  Origins origins(Settings settings) {
    return new Origins(settings.http().allowedOrigins());
  }

  @Produces
  @Singleton
  ClientAddress clientAddress(Settings settings) {
    return new ClientAddress(settings.http().trustedProxies());
  }
}
