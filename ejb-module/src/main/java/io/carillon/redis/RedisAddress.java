package io.carillon.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Where a Redis is, and how to get in: {@code redis://[[user]:password@]host[:port][/database]}, or
 * {@code rediss://} for TLS.
 *
 * @param user empty for the default one
 * @param password empty for none
 */
public record RedisAddress(
    boolean tls, String host, int port, String user, String password, int database) {
  private static final int DEFAULT_PORT = 6379;
  private static final int MAX_DATABASE = 65_535;
  private static final int MAX_HOSTS = 100;

  public RedisAddress {
    Objects.requireNonNull(host);
    Objects.requireNonNull(user);
    Objects.requireNonNull(password);
  }

  /**
   * Reads one address, or several hosts of one Redis Cluster: {@code
   * redis://[[user]:password@]host[:port],host[:port],...}.
   *
   * @return at least one, and not more than {@value #MAX_HOSTS}; all with the same user and
   *     password
   * @throws IllegalArgumentException says what is wrong, and repeats nothing of the text, which may
   *     hold a password
   */
  public static List<RedisAddress> parseAll(String text) {
    String stripped = text.strip();
    int begin = Math.max(stripped.indexOf("://"), 0);
    begin += begin > 0 ? "://".length() : 0;
    int end = stripped.indexOf('/', begin);
    end = end < 0 ? stripped.length() : end;
    int hosts = Math.max(begin, stripped.lastIndexOf('@', end - 1) + 1);
    String before = stripped.substring(0, hosts);
    String after = stripped.substring(end);
    List<RedisAddress> all = new ArrayList<>();
    for (String host : stripped.substring(hosts, end).split(",", MAX_HOSTS + 1)) {
      all.add(parse(before + host.strip() + after));
    }
    if (all.size() > MAX_HOSTS) {
      throw malformed("it names more than " + MAX_HOSTS + " hosts");
    }
    if (all.size() > 1 && all.get(0).database > 0) {
      throw malformed("a Redis Cluster, which several hosts mean, has no other database than 0");
    }
    return List.copyOf(all);
  }

  /**
   * @throws IllegalArgumentException says what is wrong, and repeats nothing of the text, which may
   *     hold a password
   */
  public static RedisAddress parse(String text) {
    URI uri;
    try {
      uri = new URI(text.strip());
    } catch (URISyntaxException e) {
      throw malformed("it is no address"); // not with its cause, which repeats the text
    }
    boolean tls = "rediss".equals(uri.getScheme());
    if (!tls && !"redis".equals(uri.getScheme())) {
      throw malformed("it starts with neither redis:// nor rediss://");
    }
    if (uri.getHost() == null) {
      throw malformed("it names no host, or more than one");
    }
    String user = "";
    String password = "";
    if (uri.getUserInfo() != null) {
      int colon = uri.getUserInfo().indexOf(':');
      user = colon < 0 ? uri.getUserInfo() : uri.getUserInfo().substring(0, colon);
      password = colon < 0 ? "" : uri.getUserInfo().substring(colon + 1);
    }
    int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
    return new RedisAddress(tls, uri.getHost(), port, user, password, databaseOf(uri));
  }

  /** Another server that lets in by the same user and password, and has one database. */
  RedisAddress of(String otherHost, int otherPort) {
    return new RedisAddress(tls, otherHost, otherPort, user, password, 0);
  }

  private static int databaseOf(URI uri) {
    String path = uri.getPath() == null ? "" : uri.getPath();
    if (path.isEmpty() || path.equals("/")) {
      return 0;
    }
    try {
      int database = Integer.parseInt(path.substring(1));
      if (database >= 0 && database <= MAX_DATABASE) {
        return database;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw malformed("what follows the host is no number of a database");
  }

  private static IllegalArgumentException malformed(String why) {
    return new IllegalArgumentException("CARILLON_REDIS_URL: " + why);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return (tls ? "rediss://" : "redis://") + host + ':' + port + '/' + database;
  }
}
