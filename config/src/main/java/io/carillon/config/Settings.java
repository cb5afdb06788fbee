package io.carillon.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Everything that an operator can set, each limit and timeout once. Immutable; any thread may read
 * it. Values come from {@link SettingsLoader}; tests make their own with {@link #of(Map)}.
 *
 * @param node what one running server keeps and how it stops
 * @param http the runnable jar's listener
 * @param database the record of everything
 * @param cluster how nodes find and trust each other
 * @param tokens how a caller proves who it is
 * @param container whom the server has authenticated
 * @param limits what one caller may use up
 * @param connections how open transports are kept, on every protocol
 * @param log how messages are stored
 * @param hub how they are delivered
 * @param resume how a client catches up
 * @param presence who is there
 * @param socketIo the way in for Socket.IO clients
 * @param demo the organization to try things with
 */
public record Settings(
    Node node,
    Http http,
    Database database,
    Cluster cluster,
    Tokens tokens,
    Container container,
    Limits limits,
    Connections connections,
    Log log,
    Hub hub,
    Resume resume,
    Presence presence,
    SocketIo socketIo,
    Demo demo) {

  /** A secret must be as long as the signature made with it (HS256). */
  static final int MIN_SECRET_BYTES = 32;

  /** Checks what one setting alone cannot tell. */
  public Settings {
    Rules rules = new Rules();
    rules.check(
        !demo.enabled() || http.isLoopback(),
        "CARILLON_HTTP_HOST is "
            + http.host()
            + ", which other machines can reach, while the demo accounts have well-known passwords:"
            + " set CARILLON_DEMO=false, or listen on 127.0.0.1");
    rules.check(
        tokens.secret().isPresent() || !tokens.jwksUrl().isEmpty(),
        "CARILLON_TOKEN_SECRET is not set, and neither is CARILLON_TOKEN_JWKS_URL: without one of"
            + " them no token can be verified (with CARILLON_DEMO=true a secret is generated)");
    rules.finish();
  }

  /**
   * Settings for a test: the given values over the defaults, and no other source. A token secret is
   * filled in when none is given; demo mode is off unless asked for.
   *
   * @throws InvalidSettingsException as for values of any other source, and for an unknown key
   */
  public static Settings of(Map<String, String> values) {
    return SettingsLoader.fromTest(values);
  }

  /**
   * What one running server keeps and how it stops.
   *
   * @param id empty for one that is made at the start
   * @param dataFolder made when it is missing
   * @param heartbeat between two entries in the list of nodes; after three without one, the node
   *     counts as dead
   * @param drainTime for connections to leave, then they are closed
   * @param operatingOrganization whose administrators look after what all organizations share
   */
  public record Node(
      @Setting(
              key = "CARILLON_NODE_ID",
              help =
                  "what operators call this node, up to 64 letters, digits, dots, dashes and"
                      + " underscores; none: made anew at each start")
          String id,
      @Setting(
              key = "CARILLON_DATA_FOLDER",
              byDefault = "./data",
              help = "folder for the H2 database and the generated demo secret")
          Path dataFolder,
      @Setting(
              key = "CARILLON_NODE_HEARTBEAT",
              byDefault = "5s",
              min = "100ms",
              max = "5m",
              help =
                  "time between two entries of a node in the list of nodes; without three of them"
                      + " it is listed as dead")
          Duration heartbeat,
      @Setting(
              key = "CARILLON_DRAIN_TIME",
              byDefault = "5s",
              min = "0s",
              max = "10m",
              help = "time in which connections are asked to leave before a stop closes them")
          Duration drainTime,
      @Setting(
              key = "CARILLON_OPERATING_ORGANIZATION",
              byDefault = "demo",
              help =
                  "the organization whose operators and admins may drain nodes and see the"
                      + " settings, which all organizations share")
          String operatingOrganization) {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{0,64}");

    /** Checks that the id can stand in a log, a table and an address as it is. */
    public Node {
      Rules rules = new Rules();
      rules.check(
          ID.matcher(id).matches(),
          "CARILLON_NODE_ID is "
              + Values.quote(id)
              + ", allowed are up to 64 letters, digits, dots, dashes and underscores");
      rules.finish();
    }
  }

  /**
   * The runnable jar's listener. A Jakarta EE server has its own.
   *
   * @param host a name or an address of this machine
   * @param port 0 for any free one
   * @param maxThreads that work on requests; an open stream or socket takes none
   * @param allowedOrigins lower case, {@code scheme://host[:port]}; empty for the server's own
   * @param trustedProxies addresses and networks whose {@code X-Forwarded-} headers are believed
   * @param webSocket {@code direct} or {@code jakarta}
   * @param streams {@code direct} or {@code servlet}
   */
  public record Http(
      @Setting(
              key = "CARILLON_HTTP_HOST",
              byDefault = "127.0.0.1",
              help = "address that the runnable jar listens on; 0.0.0.0 for all")
          String host,
      @Setting(
              key = "CARILLON_HTTP_PORT",
              byDefault = "8080",
              min = "0",
              max = "65535",
              help = "port that the runnable jar listens on; 0 for any free one")
          int port,
      @Setting(
              key = "CARILLON_HTTP_THREADS",
              byDefault = "200",
              min = "4",
              max = "10000",
              unit = "threads",
              help = "most requests worked on at once; open streams and sockets need no thread")
          int maxThreads,
      @Setting(
              key = "CARILLON_ALLOWED_ORIGINS",
              help =
                  "origins that browsers may come from, separated by commas, the server's own"
                      + " public one among them: https://chat.example.org; none: the server's own,"
                      + " as the Host header has it")
          List<String> allowedOrigins,
      @Setting(
              key = "CARILLON_TRUSTED_PROXIES",
              help =
                  "addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are"
                      + " believed, separated by commas: 10.0.0.0/8")
          List<String> trustedProxies,
      @Setting(
              key = "CARILLON_WEBSOCKET",
              byDefault = DIRECT,
              help =
                  "how the runnable jar carries WebSockets: direct, straight on Tomcat's sockets,"
                      + " or jakarta, through the Jakarta WebSocket API as other servers do")
          String webSocket,
      @Setting(
              key = "CARILLON_STREAMS",
              byDefault = DIRECT,
              help =
                  "how the runnable jar carries event streams: direct, straight on Tomcat's"
                      + " sockets, or servlet, through the Servlet API as other servers do")
          String streams) {

    private static final String DIRECT = "direct";
    private static final String JAKARTA = "jakarta";
    private static final String SERVLET = "servlet";

    /** Checks that a host is there and origins are origins. */
    public Http {
      allowedOrigins = List.copyOf(allowedOrigins);
      trustedProxies = List.copyOf(trustedProxies);
      Rules rules = new Rules();
      rules.check(!host.isBlank(), "CARILLON_HTTP_HOST is empty");
      for (String origin : allowedOrigins) {
        rules.check(
            Values.isOrigin(origin),
            "CARILLON_ALLOWED_ORIGINS has "
                + Values.quote(origin)
                + ", which is no origin: write scheme://host or scheme://host:port, no path");
      }
      for (String proxy : trustedProxies) {
        rules.check(
            Values.isNetwork(proxy),
            "CARILLON_TRUSTED_PROXIES has "
                + Values.quote(proxy)
                + ", allowed is an address, or a network such as 10.0.0.0/8");
      }
      rules.check(
          webSocket.equals(DIRECT) || webSocket.equals(JAKARTA),
          "CARILLON_WEBSOCKET is " + Values.quote(webSocket) + ", allowed is direct or jakarta");
      rules.check(
          streams.equals(DIRECT) || streams.equals(SERVLET),
          "CARILLON_STREAMS is " + Values.quote(streams) + ", allowed is direct or servlet");
      rules.finish();
    }

    /** Whether WebSockets bypass the Jakarta API, where the server has a way to do so. */
    public boolean isWebSocketDirect() {
      return webSocket.equals(DIRECT);
    }

    /** Whether event streams bypass the Servlet API, where the server has a way to do so. */
    public boolean areStreamsDirect() {
      return streams.equals(DIRECT);
    }

    /** Whether only this machine can reach the listener; false for a host that has no address. */
    public boolean isLoopback() {
      try {
        return InetAddress.getByName(host).isLoopbackAddress();
      } catch (UnknownHostException e) {
        return false; // the listener will say so
      }
    }
  }

  /**
   * The record of everything.
   *
   * @param url JDBC address of H2 or PostgreSQL
   * @param user empty for none
   * @param password none where the URL or the server needs none
   * @param poolSize connections at most
   * @param maxWait for a free connection, then the work fails
   * @param statementTimeout of one statement on PostgreSQL, then it and its transaction fail
   * @param maxIdleInTransaction between two statements of a transaction on PostgreSQL
   * @param allowUnsafe whether a PostgreSQL that can lose what it has committed will do
   */
  public record Database(
      @Setting(
              key = "CARILLON_DATABASE_URL",
              byDefault = "jdbc:h2:file:${CARILLON_DATA_FOLDER}/carillon",
              help = "JDBC address: jdbc:postgresql://host/name, or H2 for one node")
          String url,
      @Setting(key = "CARILLON_DATABASE_USER", byDefault = "", help = "database user") String user,
      @Setting(key = "CARILLON_DATABASE_PASSWORD", help = "the database user's password")
          Secret password,
      @Setting(
              key = "CARILLON_DATABASE_POOL_SIZE",
              byDefault = "16",
              min = "2",
              max = "1000",
              unit = "connections",
              help = "most connections to the database at once")
          int poolSize,
      @Setting(
              key = "CARILLON_DATABASE_MAX_WAIT",
              byDefault = "2s",
              min = "10ms",
              max = "5m",
              help = "longest wait for a free database connection, then OVERLOADED")
          Duration maxWait,
      @Setting(
              key = "CARILLON_DATABASE_STATEMENT_TIMEOUT",
              byDefault = "2s",
              min = "100ms",
              max = "1h",
              help =
                  "longest time of a statement on PostgreSQL, waits for locks included, then"
                      + " OVERLOADED; a connection silent for half a second longer is given up")
          Duration statementTimeout,
      @Setting(
              key = "CARILLON_DATABASE_MAX_IDLE_IN_TRANSACTION",
              byDefault = "5s",
              min = "1s",
              max = "1h",
              help =
                  "time after which PostgreSQL ends the transaction of a node that has stopped in"
                      + " the middle, and frees what it had locked")
          Duration maxIdleInTransaction,
      @Setting(
              key = "CARILLON_DATABASE_ALLOW_UNSAFE",
              byDefault = "false",
              help =
                  "start even on a PostgreSQL that can lose what it has committed: fsync,"
                      + " full_page_writes or synchronous_commit off")
          boolean allowUnsafe) {

    /** Checks that the address is one that Carillon has migrations for. */
    public Database {
      Rules rules = new Rules();
      rules.check(
          url.startsWith("jdbc:h2:") || url.startsWith("jdbc:postgresql:"),
          // Not quoted: an address may hold a password.
          "CARILLON_DATABASE_URL starts with neither jdbc:h2: nor jdbc:postgresql:");
      rules.finish();
    }

    /** Whether it is the embedded database. */
    public boolean isH2() {
      return url.startsWith("jdbc:h2:");
    }
  }

  /**
   * How nodes find and trust each other.
   *
   * @param redisUrl none: one node, with a bus inside the process
   * @param redisPrefix may be empty; installations that share a Redis need different ones; without
   *     {@code {}}, which would scatter over a Redis Cluster what has to be together
   * @param key signs what nodes tell each other; none: derived from the token secret
   */
  public record Cluster(
      @Setting(
              key = "CARILLON_REDIS_URL",
              help =
                  "redis:// or rediss:// address of one Redis, or of some members of a Redis"
                      + " Cluster with commas between the hosts; none: a bus inside this one"
                      + " process")
          Secret redisUrl,
      @Setting(
              key = "CARILLON_REDIS_PREFIX",
              byDefault = "carillon:",
              help = "begins the name of every key and channel in Redis")
          String redisPrefix,
      @Setting(
              key = "CARILLON_CLUSTER_KEY",
              help =
                  "signs what nodes tell each other, at least 32 bytes; none: derived from the"
                      + " token secret")
          Secret key) {

    /** Checks the key's length. */
    public Cluster {
      Rules rules = new Rules();
      rules.checkSecretLength("CARILLON_CLUSTER_KEY", key);
      rules.check(!redisPrefix.contains("{}"), "CARILLON_REDIS_PREFIX contains {}");
      rules.finish();
    }
  }

  /**
   * How a caller proves who it is.
   *
   * @param secret verifies HS256 tokens and signs logins
   * @param previousSecret still verifies while a new one takes its place
   * @param jwksUrl where an issuer's public keys are; empty: none
   * @param issuer the {@code iss} that a token must have; empty: any
   * @param audience the {@code aud} that a token must name; empty: any
   * @param lifetime of a token that a login hands out
   * @param sessionLifetime from the password to the end of the last token renewed without it
   * @param ticketLifetime of a single-use ticket
   */
  public record Tokens(
      @Setting(
              key = "CARILLON_TOKEN_SECRET",
              help =
                  "verifies HS256 tokens and signs logins, raw text of at least 32 bytes; generated"
                      + " in demo mode")
          Secret secret,
      @Setting(
              key = "CARILLON_TOKEN_SECRET_PREVIOUS",
              help = "the token secret before this one: what it signed stays valid")
          Secret previousSecret,
      @Setting(
              key = "CARILLON_TOKEN_JWKS_URL",
              help = "address of an issuer's public keys (JWKS), for RS and ES tokens")
          String jwksUrl,
      @Setting(
              key = "CARILLON_TOKEN_ISSUER",
              help = "issuer that a token must have; none: any whose key fits")
          String issuer,
      @Setting(key = "CARILLON_TOKEN_AUDIENCE", help = "audience that a token must name; none: any")
          String audience,
      @Setting(
              key = "CARILLON_TOKEN_LIFETIME",
              byDefault = "15m",
              min = "10s",
              max = "1d",
              help = "how long a login's token is valid; an open socket renews it in place")
          Duration lifetime,
      @Setting(
              key = "CARILLON_SESSION_LIFETIME",
              byDefault = "12h",
              min = "10s",
              max = "90d",
              help = "how long tokens can be renewed before the password is asked for again")
          Duration sessionLifetime,
      @Setting(
              key = "CARILLON_TICKET_LIFETIME",
              byDefault = "30s",
              min = "1s",
              max = "5m",
              help = "how long a single-use ticket for a stream or socket is valid")
          Duration ticketLifetime) {

    /** Checks the secret's length and the address of the keys. */
    public Tokens {
      Rules rules = new Rules();
      rules.checkSecretLength("CARILLON_TOKEN_SECRET", secret);
      rules.checkSecretLength("CARILLON_TOKEN_SECRET_PREVIOUS", previousSecret);
      rules.check(
          jwksUrl.isEmpty() || Values.isHttpUrl(jwksUrl),
          "CARILLON_TOKEN_JWKS_URL is "
              + Values.quote(jwksUrl)
              + ", allowed is an http:// or https:// address");
      rules.finish();
    }
  }

  /**
   * People whom the server that Carillon is deployed on has authenticated, by whatever means of its
   * own. With the defaults nobody comes in that way.
   *
   * @param organization theirs; empty: what the server says counts for nothing
   * @param roles pairs {@code name=ROLE}, separated by commas; see {@link #roleOf}
   * @param createUsers whether somebody without an account gets one at first sight
   */
  public record Container(
      @Setting(
              key = "CARILLON_CONTAINER_ORGANIZATION",
              help =
                  "organization of those whom the Jakarta EE server or Tomcat has authenticated;"
                      + " none: what the server says of callers counts for nothing")
          String organization,
      @Setting(
              key = "CARILLON_CONTAINER_ROLES",
              help =
                  "what the server's roles make of somebody, separated by commas, the first that"
                      + " fits counts: chat-admin=ADMIN,chat-user=MEMBER; * is everybody; who fits"
                      + " none is refused")
          String roles,
      @Setting(
              key = "CARILLON_CONTAINER_CREATE_USERS",
              byDefault = "false",
              help =
                  "make an account for somebody whom the server has authenticated and who has none;"
                      + " otherwise refused")
          boolean createUsers) {

    private static final Set<String> OURS = Set.of("MEMBER", "ADMIN", "OWNER");
    private static final String EVERYBODY = "*";

    /** Checks that each pair says what a role is, and that somebody can come in at all. */
    public Container {
      Rules rules = new Rules();
      for (String pair : pairs(roles)) {
        int equals = pair.lastIndexOf('=');
        rules.check(
            equals > 0 && OURS.contains(pair.substring(equals + 1).strip()),
            "CARILLON_CONTAINER_ROLES has "
                + Values.quote(pair)
                + ", write role=MEMBER, role=ADMIN or role=OWNER, with the server's name of a role"
                + " or *");
      }
      rules.check(
          organization.isEmpty() || !pairs(roles).isEmpty(),
          "CARILLON_CONTAINER_ORGANIZATION is set, and CARILLON_CONTAINER_ROLES is not: nobody"
              + " could come in");
      rules.finish();
    }

    private static List<String> pairs(String roles) {
      return Arrays.stream(roles.split(","))
          .map(String::strip)
          .filter(pair -> !pair.isEmpty())
          .toList();
    }

    /** Whether what the server says counts. */
    public boolean isOn() {
      return !organization.isEmpty();
    }

    /**
     * What somebody is in the organization.
     *
     * @param has whether somebody has a role, by the server's name of it
     * @return {@code MEMBER}, {@code ADMIN} or {@code OWNER}; empty for one with no role that
     *     counts
     */
    public Optional<String> roleOf(Predicate<String> has) {
      return pairs(roles).stream()
          .filter(
              pair -> {
                String theirs = pair.substring(0, pair.lastIndexOf('=')).strip();
                return theirs.equals(EVERYBODY) || has.test(theirs);
              })
          .map(pair -> pair.substring(pair.lastIndexOf('=') + 1).strip())
          .findFirst();
    }
  }

  /**
   * What one caller may use up.
   *
   * @param messagesPerMinute of one user over all nodes, also the burst; 0: no limit
   * @param framesPerSecond of one connection; 0: no limit
   * @param loginsPerMinute that fail, of one account; three times as many of one address
   * @param connections of the whole node
   * @param connectionsPerUser over all nodes
   * @param connectionsPerAddress on this node
   * @param channelsPerConnection joined at once
   * @param maxMessageBytes UTF-8 bytes of one body or frame, itself included
   */
  public record Limits(
      @Setting(
              key = "CARILLON_LIMIT_MESSAGES_PER_MINUTE",
              byDefault = "60",
              min = "0",
              max = "1000000",
              unit = "messages",
              help =
                  "messages that one user may send, over all nodes, also as a burst; 0: no limit")
          int messagesPerMinute,
      @Setting(
              key = "CARILLON_LIMIT_FRAMES_PER_SECOND",
              byDefault = "500",
              min = "0",
              max = "1000000",
              unit = "frames",
              help = "frames of any kind that one connection may send; 0: no limit")
          int framesPerSecond,
      @Setting(
              key = "CARILLON_LIMIT_LOGINS_PER_MINUTE",
              byDefault = "10",
              min = "1",
              max = "1000000",
              unit = "logins",
              help = "failed logins of one account, 429 beyond; three times as many of one address")
          int loginsPerMinute,
      @Setting(
              key = "CARILLON_LIMIT_CONNECTIONS",
              byDefault = "50000",
              min = "1",
              max = "1000000",
              unit = "connections",
              help = "open streams, sockets and polls of this node, 503 beyond")
          int connections,
      @Setting(
              key = "CARILLON_LIMIT_CONNECTIONS_PER_USER",
              byDefault = "50",
              min = "1",
              max = "1000000",
              unit = "connections",
              help = "the same of one user over all nodes, 429 beyond")
          int connectionsPerUser,
      @Setting(
              key = "CARILLON_LIMIT_CONNECTIONS_PER_ADDRESS",
              byDefault = "1000",
              min = "1",
              max = "1000000",
              unit = "connections",
              help = "the same of one network address, 429 beyond")
          int connectionsPerAddress,
      @Setting(
              key = "CARILLON_LIMIT_CHANNELS_PER_CONNECTION",
              byDefault = "200",
              min = "1",
              max = "100000",
              unit = "channels",
              help = "channels that one connection may have joined at once")
          int channelsPerConnection,
      @Setting(
              key = "CARILLON_MAX_MESSAGE_BYTES",
              byDefault = "65536",
              min = "1024",
              max = "1000000",
              unit = "bytes",
              help = "largest body or frame, counted in UTF-8")
          int maxMessageBytes) {}

  /**
   * How open transports are kept, on every protocol.
   *
   * @param heartbeatInterval between two signs of life to a silent client
   * @param writeDeadline for bytes handed to the network to move, then the connection is closed
   * @param maxPollWait of one long poll
   * @param queueBytes waiting for one connection at most; more closes it
   */
  public record Connections(
      @Setting(
              key = "CARILLON_HEARTBEAT_INTERVAL",
              byDefault = "25s",
              min = "1s",
              max = "5m",
              help = "time between two signs of life on a silent stream or socket")
          Duration heartbeatInterval,
      @Setting(
              key = "CARILLON_WRITE_DEADLINE",
              byDefault = "30s",
              min = "1s",
              max = "5m",
              help = "time in which a client must take what was written, or it is closed")
          Duration writeDeadline,
      @Setting(
              key = "CARILLON_POLL_MAX_WAIT",
              byDefault = "25s",
              min = "1s",
              max = "5m",
              help = "longest time that a long poll waits for something to happen")
          Duration maxPollWait,
      @Setting(
              key = "CARILLON_QUEUE_BYTES",
              byDefault = "262144",
              min = "16384",
              max = "1073741824",
              unit = "bytes",
              help = "waiting for one connection at most; a client further behind is closed")
          int queueBytes) {}

  /**
   * The way in for Socket.IO clients.
   *
   * @param path without a slash at its end
   * @param pingInterval between an answered ping and the next one
   * @param pingTimeout for the client's answer
   * @param connectTimeout for a client to connect to a namespace
   * @param maxPayloadBytes of one message, and of one request with several
   */
  public record SocketIo(
      @Setting(
              key = "CARILLON_SOCKETIO_PATH",
              byDefault = "/socket.io",
              help = "where Socket.IO clients connect, within the application; no slash at its end")
          String path,
      @Setting(
              key = "CARILLON_SOCKETIO_PING_INTERVAL",
              byDefault = "25s",
              min = "100ms",
              max = "50s",
              help = "time between an answered ping to a Socket.IO client and the next one")
          Duration pingInterval,
      @Setting(
              key = "CARILLON_SOCKETIO_PING_TIMEOUT",
              byDefault = "20s",
              min = "100ms",
              max = "5m",
              help = "time in which a Socket.IO client answers a ping, or it is closed")
          Duration pingTimeout,
      @Setting(
              key = "CARILLON_SOCKETIO_CONNECT_TIMEOUT",
              byDefault = "45s",
              min = "100ms",
              max = "5m",
              help = "time in which a Socket.IO client connects to a namespace, or it is closed")
          Duration connectTimeout,
      @Setting(
              key = "CARILLON_SOCKETIO_MAX_PAYLOAD",
              byDefault = "1000000",
              min = "10000",
              max = "16777216",
              unit = "bytes",
              help = "largest packet of a Socket.IO client, and largest request with several")
          int maxPayloadBytes) {
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

    /** Checks that the path can be one, and none that is taken. */
    public SocketIo {
      Rules rules = new Rules();
      rules.check(
          PATH.matcher(path).matches() && !path.contains("/."),
          "CARILLON_SOCKETIO_PATH is "
              + path
              + ", which is no path of letters, digits, dots, dashes and slashes that begins with a"
              + " slash and does not end with one");
      rules.check(
          !path.matches("/(api|ws|health|metrics|openapi|admin|portal)(/.*)?"),
          "CARILLON_SOCKETIO_PATH is " + path + ", which is another part's");
      rules.finish();
    }
  }

  /**
   * How messages are stored: gathered while the last transaction commits, then as one transaction.
   *
   * @param writers threads, each with its own transaction
   * @param batchSize messages of one transaction at most
   * @param maxQueuedEntries waiting for all writers; more is refused
   * @param maxQueuedBytes of their payloads
   */
  public record Log(
      @Setting(
              key = "CARILLON_LOG_WRITERS",
              byDefault = "2",
              min = "1",
              max = "64",
              unit = "threads",
              help = "threads that store messages, each with a transaction of its own")
          int writers,
      @Setting(
              key = "CARILLON_LOG_BATCH",
              byDefault = "256",
              min = "1",
              max = "10000",
              unit = "messages",
              help = "most messages of one transaction")
          int batchSize,
      @Setting(
              key = "CARILLON_LOG_QUEUE_ENTRIES",
              byDefault = "10000",
              min = "1",
              max = "10000000",
              unit = "messages",
              help = "most messages waiting to be stored; more are refused as overload")
          int maxQueuedEntries,
      @Setting(
              key = "CARILLON_LOG_QUEUE_BYTES",
              byDefault = "67108864",
              min = "1048576",
              max = "17179869184",
              unit = "bytes",
              help = "the same, counted in bytes of their payloads")
          long maxQueuedBytes) {}

  /**
   * How publications reach the node's subscriptions.
   *
   * @param shards threads; a channel belongs to one of them
   * @param maxQueuedEntries waiting for one shard
   * @param holeWait for the bus to bring what is missing, then the log is asked
   * @param sweepInterval between two looks for channels that moved unnoticed
   */
  public record Hub(
      @Setting(
              key = "CARILLON_HUB_SHARDS",
              byDefault = "2",
              min = "1",
              max = "256",
              unit = "threads",
              help = "threads that deliver; a channel belongs to one of them")
          int shards,
      @Setting(
              key = "CARILLON_HUB_QUEUE",
              byDefault = "65536",
              min = "64",
              max = "10000000",
              unit = "publications",
              help = "most publications waiting for one of these threads; the log repairs the rest")
          int maxQueuedEntries,
      @Setting(
              key = "CARILLON_HUB_HOLE_WAIT",
              byDefault = "20ms",
              min = "0ms",
              max = "10s",
              help = "time in which a missing publication may still come before the log is asked")
          Duration holeWait,
      @Setting(
              key = "CARILLON_HUB_SWEEP_INTERVAL",
              byDefault = "1s",
              min = "50ms",
              max = "1m",
              help = "time between two looks in the log for what the bus never brought")
          Duration sweepInterval) {}

  /**
   * How a client catches up.
   *
   * @param pageSize changes read from the log at once
   * @param defaultLimit changes replayed unless the client asks otherwise
   */
  public record Resume(
      @Setting(
              key = "CARILLON_RESUME_PAGE",
              byDefault = "200",
              min = "1",
              max = "10000",
              unit = "changes",
              help = "changes read from the log at once while a client catches up")
          int pageSize,
      @Setting(
              key = "CARILLON_RESUME_LIMIT",
              byDefault = "1000",
              min = "1",
              max = "1000000",
              unit = "changes",
              help = "changes that a resume replays unless the client asks for another number")
          int defaultLimit) {}

  /**
   * Who is there.
   *
   * @param ttl after which an entry that is not extended is over
   * @param grace after a disconnect, for a page to load again
   * @param heartbeat between two extensions of this node's entries
   * @param deliveriesPerSecond of presence events, for each organization on each node; 0: no limit
   * @param maxEntries of a node, and in the memory of a single node
   * @param lastSeenUsers who are remembered after they went
   */
  public record Presence(
      @Setting(
              key = "CARILLON_PRESENCE_TTL",
              byDefault = "60s",
              min = "1s",
              max = "1h",
              help = "time after which a connection of a dead node no longer counts as present")
          Duration ttl,
      @Setting(
              key = "CARILLON_PRESENCE_GRACE",
              byDefault = "5s",
              min = "0s",
              max = "5m",
              help = "time after a disconnect in which a returning user was never away")
          Duration grace,
      @Setting(
              key = "CARILLON_PRESENCE_HEARTBEAT",
              byDefault = "20s",
              min = "100ms",
              max = "30m",
              help = "time between two extensions of this node's entries; below half the TTL")
          Duration heartbeat,
      @Setting(
              key = "CARILLON_PRESENCE_DELIVERIES_PER_SECOND",
              byDefault = "20000",
              min = "0",
              max = "1000000000",
              unit = "deliveries",
              help =
                  "presence events of one organization, times its connections to a node; three"
                      + " seconds' worth is saved up; what is beyond waits a second at most, then"
                      + " is left out; 0 for no limit")
          int deliveriesPerSecond,
      @Setting(
              key = "CARILLON_PRESENCE_MAX_ENTRIES",
              byDefault = "1000000",
              min = "1000",
              max = "100000000",
              unit = "entries",
              help = "most presence entries of a node: one for each connection, in each channel")
          int maxEntries,
      @Setting(
              key = "CARILLON_PRESENCE_LAST_SEEN_USERS",
              byDefault = "100000",
              min = "0",
              max = "100000000",
              unit = "users",
              help = "most users who are offline and of whom it is known when they were last seen")
          int lastSeenUsers) {

    /** Checks that one heartbeat may be late without anybody seeming to leave. */
    public Presence {
      Rules rules = new Rules();
      rules.check(
          heartbeat.multipliedBy(2).compareTo(ttl) <= 0,
          "CARILLON_PRESENCE_HEARTBEAT is "
              + Values.format(heartbeat)
              + ", allowed is at most half of CARILLON_PRESENCE_TTL, which is "
              + Values.format(ttl));
      rules.finish();
    }
  }

  /**
   * The organization to try things with.
   *
   * @param enabled whether its accounts, with passwords that everybody knows, exist
   */
  public record Demo(
      @Setting(
              key = "CARILLON_DEMO",
              byDefault = "false",
              help =
                  "demo organization with accounts alice, bob, carol and admin, password = id; on"
                      + " by default in the runnable jar, only on loopback")
          boolean enabled) {}
}
