package io.carillon.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** A Lua script, which is sent whole only to a Redis that has not seen it. Immutable. */
final class RedisScript {
  private final String lua;
  private final String sha1;

  /**
   * One call of a script.
   *
   * @param keys all that it uses
   */
  record Call(RedisScript script, List<String> keys, List<String> arguments) {
    Call {
      keys = List.copyOf(keys);
      arguments = List.copyOf(arguments);
    }

    Call named(UnaryOperator<String> name) {
      return new Call(script, keys.stream().map(name).toList(), arguments);
    }
  }

  RedisScript(String lua) {
    this.lua = lua;
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(lua.getBytes(UTF_8));
      this.sha1 = HexFormat.of().formatHex(digest); // how Redis names scripts; protects nothing
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  /** One script of files beside this class, which say what it does. */
  static RedisScript ofFiles(String... names) {
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      try (InputStream in = RedisScript.class.getResourceAsStream(name)) {
        text.append(new String(in.readAllBytes(), UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new RedisScript(text.toString());
  }

  Call call(List<String> keys, List<String> arguments) {
    return new Call(this, keys, arguments);
  }

  /**
   * Runs calls in one round trip; in three where Redis has to be given scripts.
   *
   * @return their answers, in order
   * @throws redis.clients.jedis.exceptions.JedisException also if one of them fails; others may
   *     have run nevertheless
   */
  static List<Object> run(Jedis jedis, List<Call> calls) {
    List<Object> answers = pipeline(jedis, calls);
    Set<RedisScript> unknown = new LinkedHashSet<>();
    List<Call> again = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      if (answers.get(i) instanceof JedisNoScriptException) {
        unknown.add(calls.get(i).script);
        again.add(calls.get(i));
      }
    }
    if (again.isEmpty()) {
      return answers;
    }
    for (RedisScript script : unknown) {
      jedis.scriptLoad(script.lua);
    }
    List<Object> late = pipeline(jedis, again);
    int next = 0;
    for (int i = 0; i < calls.size(); i++) {
      if (answers.get(i) instanceof JedisNoScriptException) {
        if (late.get(next) instanceof JedisNoScriptException e) {
          throw e;
        }
        answers.set(i, late.get(next++));
      }
    }
    return answers;
  }

  /** Answers, with the failure in place of the answer of an unknown script. */
  private static List<Object> pipeline(Jedis jedis, List<Call> calls) {
    List<Response<Object>> responses = new ArrayList<>(calls.size());
    Pipeline pipeline = jedis.pipelined();
    for (Call call : calls) {
      responses.add(pipeline.evalsha(call.script.sha1, call.keys, call.arguments));
    }
    pipeline.sync();
    List<Object> answers = new ArrayList<>(calls.size());
    for (Response<Object> response : responses) {
      try {
        answers.add(response.get());
      } catch (JedisNoScriptException e) {
        answers.add(e);
      }
    }
    return answers;
  }
}
