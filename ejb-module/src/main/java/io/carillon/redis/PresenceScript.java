package io.carillon.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The scripts by which {@link RedisPresenceStore} works; the files say what each does. */
enum PresenceScript {
  APPLY("presence-state.lua", "presence-apply.lua"),
  SWEEP("presence-state.lua", "presence-sweep.lua"),
  QUERY("presence-query.lua"),
  PRESENT("presence-present.lua"),
  TOUCH("presence-touch.lua"),
  ORGANIZATIONS("presence-organizations.lua");

  private final String lua;
  private final String sha1;

  /** One call of a script. */
  record Call(PresenceScript script, List<String> keys, List<String> arguments) {
    Call {
      keys = List.copyOf(keys);
      arguments = List.copyOf(arguments);
    }
  }

  PresenceScript(String... files) {
    StringBuilder text = new StringBuilder();
    for (String file : files) {
      text.append(read(file));
    }
    this.lua = text.toString();
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1"); // how Redis names a script
      this.sha1 = HexFormat.of().formatHex(digest.digest(lua.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  private static String read(String file) {
    try (InputStream in = PresenceScript.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String lua() {
    return lua;
  }

  /** By which a Redis that has seen the script knows it. */
  String sha1() {
    return sha1;
  }
}
