package io.carillon.servers;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;

/** What holds on every server, also under load, and when the application is deployed again. */
public abstract class ServerContract extends ClientsContract {
  @Nested
  @Order(6)
  class ConcurrentSends extends ConcurrentSendsOnServers {
    ConcurrentSends() {
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(7)
  class GoneClients extends GoneClientsOnServers {
    GoneClients() {
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(8)
  class ForeignBytes extends ForeignBytesOnServers {
    ForeignBytes() {
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(9)
  class SlowReaders extends SlowReadersOnServers {
    SlowReaders() {
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(10)
  class Database extends DatabaseOnServers {
    Database() {
      super(ServerContract.this::site);
    }
  }

  /** The last, since the application is another after it. */
  @Nested
  @Order(11)
  class Record extends RecordOnServers {
    Record() {
      super(ServerContract.this::site);
    }
  }
}
