package io.carillon.admin;

import io.carillon.application.AdminPage;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import io.carillon.rest.Parameters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/** Lists in answers, and what asks for them: all routes of the administration do it alike. */
final class Listing {
  static final int DEFAULT_LIMIT = 50;
  static final int MAX_LIMIT = 200;

  private static final int MAX_TEXT = 200;
  private static final int MAX_CURSOR = 2_000;

  private Listing() {}

  /**
   * An answer.
   *
   * @param mark from the last item to the values from which the next page goes on
   */
  static <T> JsonObject of(
      AdminPage<T> page, Function<T, JsonObject> json, Function<T, List<Object>> mark) {
    List<T> items = page.items();
    String next =
        page.hasMore() && !items.isEmpty() ? cursor(mark.apply(items.get(items.size() - 1))) : null;
    return of(items.stream().map(json).toList(), next, page.total());
  }

  /** An answer whose next page begins at a cursor that is known; null for the last page. */
  static JsonObject of(List<JsonObject> items, String next, OptionalLong total) {
    return new JsonObject()
        .put("items", items)
        .put("next", next)
        .put("total", total.isPresent() ? (Object) total.getAsLong() : null);
  }

  /** Opaque to clients: the values as JSON. */
  static String cursor(List<Object> values) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Json.text(new ArrayList<>(values)).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The values of a cursor that was handed out.
   *
   * @param types of the values; {@link Long} or {@link String}
   * @return empty for null
   * @throws RealtimeException with {@code MALFORMED} for anything else
   */
  static Optional<List<?>> values(String cursor, Class<?>... types) {
    if (cursor == null) {
      return Optional.empty();
    }
    if (cursor.length() <= MAX_CURSOR && parsed(cursor) instanceof List<?> values) {
      boolean fits = values.size() == types.length;
      for (int i = 0; fits && i < types.length; i++) {
        fits = types[i].isInstance(values.get(i));
      }
      if (fits) {
        return Optional.of(values);
      }
    }
    throw Parameters.malformed("after");
  }

  private static Object parsed(String cursor) {
    try {
      return Json.parse(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new RealtimeException(ErrorCode.MALFORMED, "after", e);
    }
  }

  static int limit(String text) {
    return Parameters.limit(text, DEFAULT_LIMIT, MAX_LIMIT);
  }

  /** What somebody searches for; the empty string for null. */
  static String text(String value, String name) {
    if (value == null) {
      return "";
    }
    String text = value.strip();
    if (text.length() > MAX_TEXT || text.indexOf('\0') >= 0) {
      throw Parameters.malformed(name);
    }
    return text;
  }

  /** Constants of an enum, with commas between; none for null or nothing. */
  static <E extends Enum<E>> Set<E> constants(Class<E> type, String text, String name) {
    Set<E> found = new HashSet<>();
    if (text != null && !text.isBlank()) {
      Arrays.stream(text.split(",", 20))
          .forEach(word -> found.add(Parameters.constant(type, word.strip(), name)));
    }
    return found;
  }

  /** {@code true}, {@code false}; null for null or nothing. */
  static Boolean flag(String text, String name) {
    return text == null || text.isEmpty() ? null : (Boolean) Parameters.flag(text, name);
  }

  /** Whether an order, as {@code -name}, goes down. */
  static boolean isDescending(String sort) {
    return sort != null && sort.startsWith("-");
  }

  /** The order's word without its direction; the empty string for null. */
  static String sortBy(String sort) {
    if (sort == null) {
      return "";
    }
    return sort.startsWith("-") ? sort.substring(1) : sort;
  }
}
