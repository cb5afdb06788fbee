package io.carillon.persistence;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;

/**
 * The entity manager of a Jakarta EE server: one for each transaction, none outside of it. Left out
 * by {@code META-INF/beans.xml} where the runnable server brings its own.
 */
@ApplicationScoped
public class ContainerPersistence {
  @Produces
  @PersistenceContext(unitName = "carillon")
  private EntityManager entities;
}
