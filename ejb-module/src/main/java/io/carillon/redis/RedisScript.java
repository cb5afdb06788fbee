package io.carillon.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** A Lua script, which is sent whole only to a Redis that has not seen it. Immutable. */
final class RedisScript {
  private final String lua;
  private final String sha1;

  RedisScript(String lua) {
    this.lua = lua;
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(lua.getBytes(StandardCharsets.UTF_8));
      this.sha1 = HexFormat.of().formatHex(digest); // how Redis names scripts; protects nothing
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  Object run(Jedis jedis, List<String> keys, List<String> arguments) {
    try {
      return jedis.evalsha(sha1, keys, arguments);
    } catch (JedisNoScriptException e) {
      return jedis.eval(lua, keys, arguments);
    }
  }
}
