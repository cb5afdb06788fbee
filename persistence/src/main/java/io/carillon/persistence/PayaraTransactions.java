package io.carillon.persistence;

import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.hibernate.engine.transaction.jta.platform.internal.SunOneJtaPlatform;
import org.hibernate.engine.transaction.jta.platform.spi.JtaPlatform;
import org.hibernate.engine.transaction.jta.platform.spi.JtaPlatformProvider;

/**
 * Tells Hibernate where Payara keeps its transaction manager. WildFly and TomEE say so themselves;
 * on Payara a Hibernate inside the application would find none, and not even a connection to ask
 * for the database's make.
 */
public final class PayaraTransactions implements JtaPlatformProvider {

  /** For Hibernate, which finds it among the services. */
  public PayaraTransactions() {}

  @Override
  public JtaPlatform getProvidedJtaPlatform() {
    try {
      InitialContext.doLookup("java:appserver/TransactionManager");
      return new SunOneJtaPlatform();
    } catch (NamingException e) {
      return null; // another server: Hibernate asks the next provider
    }
  }
}
