package io.carillon.redis;

/**
 * How keys that scripts use together are called: as they are in one Redis; in a Redis Cluster with
 * a tag, so that all are in one slot and on one master, and are lost or late together.
 *
 * @param prefix of all keys of this installation; without an empty pair of braces
 * @param tag of the keys that belong together
 */
record RedisKeys(String prefix, String tag) {
  String name(String key, boolean isCluster) {
    return isCluster ? prefix + '{' + tag + "}:" + key : prefix + key;
  }

  /** Where all of them are in a Redis Cluster. */
  int slot() {
    return RedisMap.slotOf(name("", true));
  }
}
