package io.carillon.persistence;

import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The conditions of a query that somebody puts together on a page of filters. Only texts of this
 * module go into the query; what the user wrote goes in as parameters. One thread.
 */
final class Conditions {
  /** Entities of one list at most. */
  static final int MAX_LIMIT = 1_000;

  private final List<String> texts = new ArrayList<>();
  private final Map<String, Object> parameters = new LinkedHashMap<>();

  /** One more that must hold. */
  Conditions where(String condition, String parameter, Object value) {
    parameters.put(parameter, value);
    return where(condition);
  }

  Conditions where(String condition) {
    texts.add(condition);
    return this;
  }

  /** Sets a parameter that a condition needs beside its own. */
  Conditions with(String parameter, Object value) {
    parameters.put(parameter, value);
    return this;
  }

  /**
   * An order of a list in pages, in which no two are the same.
   *
   * @param value the expression that comes first; the empty string where the key is all
   * @param key an expression whose values differ
   */
  record Order(String value, String key, boolean descending) {
    String text() {
      String direction = descending ? " desc" : "";
      return (value.isEmpty() ? "" : value + direction + ", ") + key + direction;
    }
  }

  /**
   * Those that come after the last one of a page.
   *
   * @param value the last one's; ignored where the key is all
   */
  Conditions after(Order order, Object value, String key) {
    String beyond = order.descending() ? " < " : " > ";
    String furtherKey = order.key() + beyond + ":lastKey";
    if (order.value().isEmpty()) {
      return where(furtherKey, "lastKey", key);
    }
    String further = order.value() + beyond + ":lastValue";
    String same = order.value() + " = :lastValue and " + furtherKey;
    return where("(" + further + " or (" + same + "))", "lastKey", key).with("lastValue", value);
  }

  /** Those that have a text in one of some expressions, in any case of letters. */
  Conditions having(String text, String... expressions) {
    String condition =
        Arrays.stream(expressions)
            .map(expression -> "lower(" + expression + ") like :text escape '!'")
            .collect(Collectors.joining(" or ", "(", ")"));
    return where(condition, "text", part(text.toLowerCase(Locale.ROOT)));
  }

  /** Entities that are nobody's to change: {@value #MAX_LIMIT} at most. */
  <T> List<T> list(EntityManager entities, String select, String order, Class<T> type, int limit) {
    List<T> found =
        query(entities, select, order, type)
            .setMaxResults(Math.min(limit, MAX_LIMIT))
            .getResultList();
    found.forEach(entities::detach);
    return List.copyOf(found);
  }

  /**
   * @param order the empty string for none
   */
  <T> TypedQuery<T> query(EntityManager entities, String select, String order, Class<T> type) {
    String text =
        select
            + (texts.isEmpty() ? "" : " where " + String.join(" and ", texts))
            + (order.isEmpty() ? "" : " order by " + order);
    TypedQuery<T> query = entities.createQuery(text, type);
    parameters.forEach(query::setParameter);
    return query;
  }

  /** A pattern for texts that begin with this one, with {@code !} as the escape. */
  static String prefix(String text) {
    return text.replaceAll("[!%_]", "!$0") + '%';
  }

  /** A pattern for texts that have this one in them. */
  static String part(String text) {
    return '%' + prefix(text);
  }
}
