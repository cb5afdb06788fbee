package io.carillon.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
  @Test
  void readsEveryPart() {
    assertThat(RedisAddress.parse("redis://cache.example.org"))
        .isEqualTo(new RedisAddress(false, "cache.example.org", 6379, "", "", 0));
    assertThat(RedisAddress.parse(" rediss://app:s%40crt@10.0.0.1:7000/3 "))
        .isEqualTo(new RedisAddress(true, "10.0.0.1", 7000, "app", "s@crt", 3));
    assertThat(RedisAddress.parse("redis://:pass:word@host/"))
        .isEqualTo(new RedisAddress(false, "host", 6379, "", "pass:word", 0));
  }

  @Test
  void readsSeveralHostsOfACluster() {
    assertThat(RedisAddress.parseAll("redis://host:7000")).hasSize(1);
    assertThat(RedisAddress.parseAll("rediss://app:p,a%40ss@one:7000, two ,[::1]:7002/0 "))
        .containsExactly(
            new RedisAddress(true, "one", 7000, "app", "p,a@ss", 0),
            new RedisAddress(true, "two", 6379, "app", "p,a@ss", 0),
            new RedisAddress(true, "[::1]", 7002, "app", "p,a@ss", 0));
    assertThat(RedisAddress.parseAll("redis://one/3"))
        .containsExactly(new RedisAddress(false, "one", 6379, "", "", 3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "secret,secret",
        "redis://",
        "redis://:secret@",
        "redis://:secret@one,",
        "redis://:secret@one,,two",
        "redis://:secret@one,redis://two",
        "redis://:secret@one,two/3",
        "redis://:secret@one:x,two"
      })
  void refusesSeveralHostsThatAreNoneWithoutRepeatingThem(String text) {
    assertThatThrownBy(() -> RedisAddress.parseAll(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("CARILLON_REDIS_URL: ")
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }

  @Test
  void refusesMoreHostsThanAnybodyNeeds() {
    String many = "redis://" + "host,".repeat(100) + "host";
    assertThatThrownBy(() -> RedisAddress.parseAll(many))
        .hasMessage("CARILLON_REDIS_URL: it names more than 100 hosts");
  }

  @Test
  void tellsNoPassword() {
    assertThat(RedisAddress.parse("redis://app:secret@host").toString())
        .isEqualTo("redis://host:6379/0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "secret",
        "http://secret@host",
        "redis:secret",
        "redis://",
        "redis://secret@one,two",
        "redis://host/secret",
        "redis://host/-1",
        "redis://host/70000",
        "redis://secret@ho st"
      })
  void refusesWhatIsNoAddressWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> RedisAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("CARILLON_REDIS_URL: ")
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }
}
