package io.carillon.check;

import io.carillon.check.client.Caller;
import io.carillon.check.client.RestClient;
import io.carillon.check.client.SseClient;
import io.carillon.check.wire.HttpReader;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.SseReader;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Reads an event stream: of one channel, or of several through {@code /api/events}. */
public final class StreamReader implements Reader {
  private final Run run;
  private final SplittableRandom random;
  private final Caller caller;
  private final List<String> channels;
  private final String path;
  private final int receiveBufferBytes;
  private final ReaderLog log;

  // Of the wire's thread.
  private String lastId = "";
  private SseClient current;
  private boolean pausing;
  private boolean stopped;

  private volatile SseClient open; // null while there is none

  public StreamReader(Run run, String name, Caller caller, List<String> channels) {
    this(run, name, caller, channels, 0);
  }

  /**
   * @param receiveBufferBytes of the kernel; small for a reader that is to be slow
   */
  public StreamReader(
      Run run, String name, Caller caller, List<String> channels, int receiveBufferBytes) {
    this.run = run;
    this.random = run.random().split();
    this.caller = caller;
    this.channels = List.copyOf(channels);
    this.path = path(channels);
    this.receiveBufferBytes = receiveBufferBytes;
    this.log = run.recorder().reader(name, caller.user());
  }

  private static String path(List<String> channels) {
    if (channels.size() == 1) {
      return "/api/channels/" + RestClient.encode(channels.get(0)) + "/events?limit=0";
    }
    StringBuilder path = new StringBuilder("/api/events?limit=0");
    for (String channel : channels) {
      path.append("&channel=").append(RestClient.encode(channel));
    }
    return path.toString();
  }

  @Override
  public List<String> channels() {
    return channels;
  }

  @Override
  public ReaderLog log() {
    return log;
  }

  /** Whether the stream is open just now. */
  boolean isOpen() {
    return open != null;
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
              lastId = position;
              connect();
            });
  }

  private void connect() {
    if (!stopped) {
      current =
          SseClient.open(run.wire(), caller, path, lastId, receiveBufferBytes, new Connection());
    }
  }

  private final class Connection implements SseClient.Listener {
    @Override
    public void opened(HttpReader.Head head) {
      if (!lastId.isEmpty()) {
        run.positions().read(lastId).forEach(log::resumed);
      }
      open = current;
      if (pausing) {
        current.pause();
      }
    }

    @Override
    public void moved(String id) {
      boolean first = lastId.isEmpty();
      lastId = id;
      run.positions()
          .read(id)
          .forEach(
              (channel, place) -> {
                if (first) {
                  log.started(channel, place);
                } else {
                  log.complete(channel, place);
                }
              });
    }

    @Override
    public void event(SseReader.Event event) {
      lastId = event.lastId();
      Map<String, Object> data = JsonText.object(event.data());
      if (event.type().equals("reset")) {
        String channel = Recorder.channel(caller.organization(), (String) data.get("channelId"));
        Long place = run.positions().read(event.lastId()).get(channel);
        if (place != null) {
          log.reset(channel, place, String.valueOf(data.get("reason")));
        }
        return;
      }
      Object type = data.get("type");
      String name =
          !event.type().equals("message")
              ? event.type()
              : type == null ? "message:new" : type.toString();
      Deliveries.record(log, caller.organization(), name, data);
    }

    @Override
    public void closed(Throwable failure) {
      open = null;
      run.wire().after(run.returnDelay(random), StreamReader.this::connect);
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
