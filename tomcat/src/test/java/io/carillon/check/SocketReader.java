package io.carillon.check;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.NativeSocketClient.Frame;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Reads over {@code /ws}. */
public final class SocketReader implements Reader {
  private final Run run;
  private final SplittableRandom random;
  private final Caller caller;
  private final List<String> channels;
  private final int receiveBufferBytes;
  private final ReaderLog log;

  // Of the wire's thread.
  private final Map<String, String> positions = new HashMap<>(); // by name
  private final Map<String, String> asked = new HashMap<>(); // since which a join was asked for
  private NativeSocketClient current;
  private boolean pausing;
  private boolean stopped;

  private volatile NativeSocketClient open; // null while there is none
  private final Queue<Integer> closeCodes = new ConcurrentLinkedQueue<>();

  public SocketReader(Run run, String name, Caller caller, List<String> channels) {
    this(run, name, caller, channels, 0);
  }

  /**
   * @param receiveBufferBytes of the kernel; small for a reader that is to be slow
   */
  public SocketReader(
      Run run, String name, Caller caller, List<String> channels, int receiveBufferBytes) {
    this.run = run;
    this.random = run.random().split();
    this.caller = caller;
    this.channels = List.copyOf(channels);
    this.receiveBufferBytes = receiveBufferBytes;
    this.log = run.recorder().reader(name, caller.user());
  }

  @Override
  public List<String> channels() {
    return channels;
  }

  @Override
  public ReaderLog log() {
    return log;
  }

  /** The open socket, to send over; empty while it is away. */
  Optional<NativeSocketClient> socket() {
    return Optional.ofNullable(open);
  }

  /** Of all connections that have ended: those of the server's close frames, or 1006. */
  public List<Integer> closeCodes() {
    return List.copyOf(closeCodes);
  }

  @Override
  public void pause() {
    run.wire()
        .execute(
            () -> {
              pausing = true;
              if (open != null) {
                current.pause();
              }
            });
  }

  @Override
  public void resume() {
    run.wire()
        .execute(
            () -> {
              pausing = false;
              current.resume();
            });
  }

  @Override
  public void start() {
    run.wire().execute(this::connect);
  }

  @Override
  public void startAt(String position) {
    run.wire()
        .execute(
            () -> {
              positions.put(channels.get(0), position);
              connect();
            });
  }

  private void connect() {
    if (!stopped) {
      asked.clear();
      current =
          NativeSocketClient.connect(run.wire(), caller, receiveBufferBytes, new Connection());
    }
  }

  /** Joins, and tries again while the server has no time for it. */
  private void join(NativeSocketClient client, String channel) {
    if (client != current || stopped) {
      return;
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("channelId", channel);
    String since = positions.get(channel);
    if (since != null) {
      data.put("since", since);
      data.put("limit", 0L);
      asked.put(channel, since);
    }
    client
        .ask("channel:join", data)
        .exceptionally(
            failure -> {
              run.wire().after(run.returnDelay(random), () -> join(client, channel));
              return null;
            });
  }

  private final class Connection implements NativeSocketClient.Listener {
    private Optional<Duration> retryAfter = Optional.empty();

    @Override
    public void opened() {
      channels.forEach(channel -> join(current, channel));
      open = current;
      if (pausing) {
        current.pause();
      }
    }

    @Override
    public void refused(int status, Optional<Duration> after) {
      retryAfter = after;
    }

    @Override
    public void frame(Frame frame) {
      switch (frame.event()) {
        case "channel:joined" -> joined(frame);
        case "channel:left" ->
            log.left(
                Recorder.channel(caller.organization(), (String) frame.data().get("channelId")));
        default -> {
          Deliveries.record(log, caller.organization(), frame.event(), frame.data());
          if (frame.id() != null && frame.event().startsWith("message:")) {
            positions.put((String) frame.data().get("channelId"), frame.id());
          }
        }
      }
    }

    private void joined(Frame frame) {
      String name = (String) frame.data().get("channelId");
      String channel = Recorder.channel(caller.organization(), name);
      String position = (String) frame.data().get("position");
      String since = asked.get(name);
      if (Boolean.TRUE.equals(frame.data().get("resumed"))) {
        log.resumed(channel, Positions.offset(since));
        return;
      }
      if (since == null) {
        log.started(channel, Positions.offset(position));
      } else {
        log.reset(channel, Positions.offset(position), String.valueOf(frame.data().get("reason")));
      }
      positions.put(name, position);
    }

    @Override
    public void closed(int code, String reason, Throwable failure) {
      open = null;
      closeCodes.add(code);
      Duration delay = retryAfter.orElseGet(() -> run.returnDelay(random));
      run.wire().after(delay, SocketReader.this::connect);
    }
  }

  @Override
  public void cut() {
    run.wire()
        .execute(
            () -> {
              if (random.nextBoolean()) {
                current.cut();
              } else {
                current.leave();
              }
            });
  }

  /** For people who look for a fault. */
  @Override
  public String toString() {
    return log.name() + ": " + current + ", closed before with " + closeCodes;
  }

  @Override
  public void stop() {
    run.wire()
        .execute(
            () -> {
              stopped = true;
              current.cut();
            });
  }
}
