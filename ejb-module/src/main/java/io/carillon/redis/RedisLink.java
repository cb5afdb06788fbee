package io.carillon.redis;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;

/**
 * One connection to Redis, which another thread than the one that uses it can cut: a reader that
 * waits takes no notice of an interruption.
 */
final class RedisLink implements AutoCloseable {
  private final CuttableSocketFactory sockets;
  private final FlushingConnection connection;
  private final Jedis jedis;

  /** Lets one thread write without reading, while another one reads. */
  static final class FlushingConnection extends Connection {
    private FlushingConnection(CuttableSocketFactory sockets, JedisClientConfig config) {
      super(sockets, config);
    }

    @Override
    public void flush() {
      super.flush();
    }
  }

  /** Keeps the socket that it made. */
  private static final class CuttableSocketFactory extends DefaultJedisSocketFactory {
    private Socket socket; // guarded by this
    private boolean cut; // guarded by this

    CuttableSocketFactory(RedisAddress address, JedisClientConfig config) {
      super(new HostAndPort(address.host(), address.port()), config);
    }

    @Override
    public Socket createSocket() {
      Socket made = super.createSocket();
      boolean late;
      synchronized (this) {
        socket = made;
        late = cut;
      }
      if (late) {
        cut();
      }
      return made;
    }

    void cut() {
      Socket made;
      synchronized (this) {
        cut = true;
        made = socket;
      }
      if (made != null) {
        try {
          made.close();
        } catch (IOException e) {
          return; // then it is closed
        }
      }
    }
  }

  /**
   * Connects at once.
   *
   * @param readTimeout for an answer, and for the next message of a subscriber
   * @throws redis.clients.jedis.exceptions.JedisException when Redis is not there, or lets nobody
   *     in
   */
  RedisLink(
      RedisAddress address, String clientName, Duration connectTimeout, Duration readTimeout) {
    DefaultJedisClientConfig.Builder config =
        DefaultJedisClientConfig.builder()
            .clientName(clientName)
            .autoNegotiateProtocol(false) // the plain client has RESP2 only
            .connectionTimeoutMillis((int) connectTimeout.toMillis())
            .socketTimeoutMillis((int) readTimeout.toMillis())
            .blockingSocketTimeoutMillis((int) readTimeout.toMillis())
            .database(address.database())
            .ssl(address.tls());
    if (!address.user().isEmpty()) {
      config.user(address.user());
    }
    if (!address.password().isEmpty()) {
      config.password(address.password());
    }
    JedisClientConfig made = config.build();
    sockets = new CuttableSocketFactory(address, made);
    connection = new FlushingConnection(sockets, made);
    jedis = new Jedis(connection);
  }

  /** For the one thread that uses it. */
  Jedis jedis() {
    return jedis;
  }

  /** For one thread that writes and one that reads, who do not use {@link #jedis} meanwhile. */
  FlushingConnection connection() {
    return connection;
  }

  /** Ends it from any thread, also while it connects: whatever waits for it fails at once. */
  void cut() {
    sockets.cut();
  }

  @Override
  public void close() {
    sockets.cut(); // first: saying farewell could block
    try {
      jedis.close();
    } catch (RuntimeException e) {
      return; // it was broken, which is why it is closed
    }
  }
}
