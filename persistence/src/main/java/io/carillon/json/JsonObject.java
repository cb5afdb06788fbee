package io.carillon.json;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A JSON object that somebody sent, read with the limits of {@link Json}, or one in the making.
 * Values are {@link String}, {@link Long}, {@link Double}, {@link java.math.BigDecimal}, {@link
 * java.math.BigInteger}, {@link Boolean}, {@code null}, {@link JsonObject} and {@link List} of
 * these. Getters of a wrong type throw {@code MALFORMED} with the member's name; unknown members
 * are ignored. Not safe for several threads while it is changed.
 */
public final class JsonObject {
  private final Map<String, Object> members = new LinkedHashMap<>();

  public JsonObject put(String name, Object value) {
    members.put(name, value);
    return this;
  }

  /** Adds a member unless the value is null or an empty string. */
  public JsonObject putIfPresent(String name, Object value) {
    if (value != null && !"".equals(value)) {
      members.put(name, value);
    }
    return this;
  }

  public boolean has(String name) {
    return members.containsKey(name);
  }

  /** Whether the member is there and not {@code null}. */
  public boolean hasValue(String name) {
    return members.get(name) != null;
  }

  /** The raw value, or null. */
  public Object get(String name) {
    return members.get(name);
  }

  public Set<String> names() {
    return members.keySet();
  }

  public Map<String, Object> members() {
    return members;
  }

  /**
   * @throws RealtimeException with {@code MALFORMED} where the member is missing or no string
   */
  public String requireString(String name) {
    return string(name).orElseThrow(() -> malformed(name));
  }

  public Optional<String> string(String name) {
    return typed(name, String.class);
  }

  public Optional<Boolean> bool(String name) {
    return typed(name, Boolean.class);
  }

  public Optional<JsonObject> object(String name) {
    return typed(name, JsonObject.class);
  }

  public OptionalLong whole(String name) {
    return typed(name, Long.class).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  public OptionalInt wholeInt(String name) {
    OptionalLong value = whole(name);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    if (value.getAsLong() != (int) value.getAsLong()) {
      throw malformed(name);
    }
    return OptionalInt.of((int) value.getAsLong());
  }

  /** The member's strings; empty where it is missing. */
  public List<String> strings(String name) {
    List<String> strings = new ArrayList<>();
    for (Object value : typed(name, List.class).orElseGet(List::of)) {
      if (!(value instanceof String text)) {
        throw malformed(name);
      }
      strings.add(text);
    }
    return strings;
  }

  private <T> Optional<T> typed(String name, Class<T> type) {
    Object value = members.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw malformed(name);
    }
    return Optional.of(type.cast(value));
  }

  private static RealtimeException malformed(String name) {
    return new RealtimeException(ErrorCode.MALFORMED, name);
  }

  /** Compact JSON text on one line. */
  @Override
  public String toString() {
    return Json.text(this);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof JsonObject that && members.equals(that.members);
  }

  @Override
  public int hashCode() {
    return members.hashCode();
  }
}
