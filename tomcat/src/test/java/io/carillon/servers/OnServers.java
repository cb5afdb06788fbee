package io.carillon.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.stream.EventStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A group of tests: what it opens is left after each, and no client may have been wronged. */
public abstract class OnServers {
  @RegisterExtension final ThreadsOfFailure threads = new ThreadsOfFailure(this::site);

  private final Supplier<Site> place;
  private final List<EventStream> streams = new ArrayList<>();
  private final List<HeardSocket> sockets = new ArrayList<>();

  /**
   * For what is there when the tests run.
   *
   * @param place asked when the tests begin
   */
  protected OnServers(Supplier<Site> place) {
    this.place = place;
  }

  protected final Site site() {
    return place.get();
  }

  protected final EventStream stream(String user, String path, String lastEventId) {
    EventStream stream = site().stream(user, path, lastEventId);
    streams.add(stream);
    return stream;
  }

  protected final EventStream stream(String user, String path) {
    return stream(user, path, "");
  }

  protected final HeardSocket socket(String user) {
    return opened(site().socket(user));
  }

  final HeardSocket opened(HeardSocket socket) {
    sockets.add(socket);
    return socket;
  }

  @AfterEach
  void leave() {
    streams.forEach(stream -> stream.client().cut());
    sockets.forEach(socket -> socket.client().cut());
    streams.clear();
    sockets.clear();
    if (site() != null) {
      assertThat(site().wire().failure()).isNull();
      assertThat(site().violations()).isEmpty();
    }
  }
}
