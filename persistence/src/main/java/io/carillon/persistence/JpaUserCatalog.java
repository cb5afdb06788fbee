package io.carillon.persistence;

import io.carillon.domain.user.User;
import io.carillon.domain.user.UserCatalog;
import io.carillon.domain.user.UserFilter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;

/** The catalog of accounts in a relational database. Any thread. */
@ApplicationScoped
public class JpaUserCatalog implements UserCatalog {
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
    Conditions.Order sorted = new Conditions.Order(value, "u.id", order.descending());
    if (!after.isBeginning()) {
      Object last = order.by() == UserFilter.By.NAME ? after.name() : (Object) after.number();
      conditions.after(sorted, last, after.id());
    }
    return conditions.list(entities, "select u from User u", sorted.text(), User.class, limit);
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
      conditions.having(filter.text(), "u.id", "u.name");
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
