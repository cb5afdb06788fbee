package io.carillon.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.rights.RevocationContract;
import io.carillon.rights.RightsSample;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who may do what, and that what is taken back is taken back at once. */
abstract class RightsOnServers extends OnServers {
  RightsOnServers(Supplier<Site> place) {
    super(place);
  }

  @Test
  void followTheTable() {
    RightsSample.Outcome outcome = RightsSample.of(site().admin());
    assertThat(outcome.differences()).isEmpty();
    assertThat(outcome.asked()).isGreaterThan(800);
  }

  @Nested
  class Revocation extends RevocationContract {
    @Override
    protected String name() {
      return site().server().product().name();
    }

    @Override
    protected List<InetSocketAddress> nodes() {
      return List.of(site().server().address());
    }

    @Override
    protected String contextPath() {
      return site().server().contextPath();
    }
  }
}
