package io.carillon.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressTest {
  private final ClientAddress behindProxies =
      new ClientAddress(List.of("10.0.0.0/8", "127.0.0.1", "fd00::/8"));

  @Test
  void believesNoHeaderUnlessAProxyIsConfigured() {
    assertThat(new ClientAddress(List.of()).of("127.0.0.1", List.of("203.0.113.7")))
        .isEqualTo("127.0.0.1");
    assertThat(behindProxies.of("198.51.100.1", List.of("203.0.113.7"))).isEqualTo("198.51.100.1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "203.0.113.7                          | 203.0.113.7",
        "6.6.6.6, 203.0.113.7                 | 203.0.113.7",
        "6.6.6.6, 203.0.113.7, 10.1.2.3       | 203.0.113.7",
        "203.0.113.7, 10.9.9.9 , 10.1.2.3     | 203.0.113.7",
        "nonsense, 10.1.2.3                   | 10.1.2.3",
        "example.com                          | 127.0.0.1",
        "2001:db8::7, fd00::1                 | 2001:db8::7",
        "''                                   | 127.0.0.1"
      })
  void countsFromTheRight(String forwarded, String client) {
    assertThat(behindProxies.of("127.0.0.1", List.of(forwarded))).isEqualTo(client);
  }

  @Test
  void readsSeveralLinesInTheirOrder() {
    assertThat(behindProxies.of("127.0.0.1", List.of("6.6.6.6", "203.0.113.7", "10.0.0.1")))
        .isEqualTo("203.0.113.7");
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.7, 203.0.113.7",
    "::ffff:203.0.113.7, 203.0.113.7",
    "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0/64",
    "fe80::1%eth0, fe80:0:0:0:0:0:0:0/64",
    "[2001:db8::1], 2001:db8:0:0:0:0:0:0/64",
    "unknown, unknown"
  })
  void groupsAddressesThatOneSubscriberHas(String address, String group) {
    assertThat(ClientAddress.group(address)).isEqualTo(group);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"proxy.example", "10.0.0.0/33", "10.0.0.0/-1", "fd00::/129", "10.0.0", "/8"})
  void refusesProxiesThatAreNoAddresses(String proxy) {
    assertThatThrownBy(() -> new ClientAddress(List.of(proxy)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
