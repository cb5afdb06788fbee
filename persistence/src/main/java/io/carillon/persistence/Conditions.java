package io.carillon.persistence;

import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The conditions of a query that somebody puts together on a page of filters. Only texts of this
 * module go into the query; what the user wrote goes in as parameters. One thread.
 */
final class Conditions {
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
