package io.carillon.persistence;

import io.carillon.domain.user.User;
import io.carillon.domain.user.UserCatalog;
import io.carillon.domain.user.UserFilter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Locale;

/** The catalog of accounts in a relational database. Any thread. */
@ApplicationScoped
public class JpaUserCatalog implements UserCatalog {
  private static final int MAX_LIMIT = 1_000;

  private final EntityManager entities;

  protected JpaUserCatalog() { // for the client proxy
    this.entities = null;
  }

  @Inject
  public JpaUserCatalog(EntityManager entities) {
    this.entities = entities;
  }

  @Override
  @Transactional
  public List<User> search(
      String organization,
      UserFilter filter,
      UserFilter.Order order,
      UserFilter.Mark after,
      int limit) {
    Conditions conditions = conditions(organization, filter);
    String value =
        switch (order.by()) {
          case ID -> "";
          case NAME -> "u.name";
          case CREATED_AT -> "u.createdAtMillis";
        };
    String beyond = order.descending() ? " < " : " > ";
    String direction = order.descending() ? " desc" : "";
    if (!after.isBeginning() && value.isEmpty()) {
      conditions.where("u.id" + beyond + ":id", "id", after.id());
    } else if (!after.isBeginning()) {
      Object last = order.by() == UserFilter.By.NAME ? after.name() : (Object) after.number();
      conditions
          .where(
              "(" + value + beyond + ":last or (" + value + " = :last and u.id" + beyond + ":id))",
              "id",
              after.id())
          .with("last", last);
    }
    String by = value.isEmpty() ? "u.id" + direction : value + direction + ", u.id" + direction;
    List<User> found =
        conditions
            .query(entities, "select u from User u", by, User.class)
            .setMaxResults(Math.min(limit, MAX_LIMIT))
            .getResultList();
    found.forEach(entities::detach);
    return List.copyOf(found);
  }

  @Override
  @Transactional
  public long count(String organization, UserFilter filter) {
    return conditions(organization, filter)
        .query(entities, "select count(u) from User u", "", Long.class)
        .getSingleResult();
  }

  private static Conditions conditions(String organization, UserFilter filter) {
    Conditions conditions =
        new Conditions().where("u.organization = :organization", "organization", organization);
    if (!filter.text().isEmpty()) {
      conditions.where(
          "(lower(u.id) like :text escape '!' or lower(u.name) like :text escape '!')",
          "text",
          Conditions.part(filter.text().toLowerCase(Locale.ROOT)));
    }
    if (!filter.roles().isEmpty()) {
      conditions.where("u.role in (:roles)", "roles", filter.roles());
    }
    filter
        .wantedLocked()
        .ifPresent(wanted -> conditions.where("u.locked = :locked", "locked", wanted));
    return conditions;
  }
}
