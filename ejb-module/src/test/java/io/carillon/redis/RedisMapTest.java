package io.carillon.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisMapTest {
  private static final RedisAddress ONE = RedisAddress.parse("redis://one");
  private static final RedisAddress TWO = RedisAddress.parse("redis://two");

  private static RedisMap cluster() {
    RedisAddress[] bySlot = new RedisAddress[RedisMap.SLOTS];
    Arrays.fill(bySlot, 0, 8_000, ONE);
    Arrays.fill(bySlot, 8_000, 16_000, TWO);
    return RedisMap.ofCluster(bySlot, List.of());
  }

  @Test
  void findsSlotsAsRedisDoes() {
    assertThat(RedisMap.slotOf("123456789")).isEqualTo(0x31C3); // of the cluster specification
    assertThat(RedisMap.slotOf("a{user1000}b")).isEqualTo(RedisMap.slotOf("user1000"));
    assertThat(RedisMap.slotOf("{}a")).isNotEqualTo(RedisMap.slotOf("{}b"));
  }

  @Test
  void knowsWhoHasWhat() {
    RedisMap map = cluster();
    assertThat(map.isCluster()).isTrue();
    assertThat(map.masters()).containsExactly(ONE, TWO);
    assertThat(map.of(7_999)).contains(ONE);
    assertThat(map.of(8_000)).contains(TWO);
    assertThat(map.of(16_383)).isEmpty();
    assertThat(map.isComplete()).isFalse();
    assertThat(map).isEqualTo(cluster()).isNotEqualTo(map.moved(7_999, TWO));
    assertThat(map.moved(7_999, TWO).of(7_999)).contains(TWO);
    assertThat(map.of(7_999)).contains(ONE);
  }

  @Test
  void oneServerHasEverything() {
    RedisMap map = RedisMap.ofSingle(ONE);
    assertThat(map.isCluster()).isFalse();
    assertThat(map.isComplete()).isTrue();
    assertThat(map.masters()).containsExactly(ONE);
    assertThat(map.of(16_383)).contains(ONE);
    assertThatThrownBy(() -> RedisMap.ofCluster(new RedisAddress[] {ONE}, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keysThatBelongTogetherAreInOneSlotWhateverTheyAndThePrefixContain() {
    for (String prefix : List.of("", "carillon:", "{a}", "a{", "a}", "}{", "{{", "a{b}c{d}")) {
      RedisKeys keys = new RedisKeys(prefix, "presence");
      for (String key : List.of("organizations", "{demo}:state", "{}:x", "}{")) {
        assertThat(RedisMap.slotOf(keys.name(key, true))).isEqualTo(keys.slot());
        assertThat(keys.name(key, true)).startsWith(prefix);
        assertThat(keys.name(key, false)).isEqualTo(prefix + key);
      }
    }
  }
}
