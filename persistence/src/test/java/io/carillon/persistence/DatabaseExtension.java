package io.carillon.persistence;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests a database that the whole run shares; JUnit closes it at the end. */
abstract class DatabaseExtension implements ParameterResolver {

  /** The database in memory. */
  static final class H2 extends DatabaseExtension {
    @Override
    TestDatabase open() {
      return TestDatabase.h2();
    }
  }

  /** A PostgreSQL server of this run's own. */
  static final class Postgres extends DatabaseExtension {
    @Override
    TestDatabase open() throws Exception {
      return TestDatabase.postgres();
    }
  }

  abstract TestDatabase open() throws Exception;

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestDatabase.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(getClass()))
        .computeIfAbsent(
            TestDatabase.class,
            type -> {
              try {
                return open();
              } catch (Exception e) {
                throw new IllegalStateException("the database did not start", e);
              }
            });
  }
}
