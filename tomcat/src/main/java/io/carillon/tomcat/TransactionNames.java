package io.carillon.tomcat;

import java.util.Map;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.apache.catalina.Context;
import org.apache.catalina.core.NamingContextListener;
import org.apache.catalina.core.StandardContext;
import org.apache.naming.ContextAccessController;

/**
 * Narayana's names in an application's JNDI. Its beans look there, and give up when there is a JNDI
 * without them; embedded Tomcat has none.
 */
final class TransactionNames {
  private TransactionNames() {}

  /** For the thread that starts the application, before there are beans. Tomcat forgets them. */
  static void bind(Context context) {
    if (!(context instanceof StandardContext standard) || !standard.isUseNaming()) {
      return;
    }
    NamingContextListener naming = standard.getNamingContextListener();
    if (naming == null) {
      return;
    }
    Map<String, Object> names =
        Map.of(
            "java:/TransactionManager", Transactions.manager(),
            "java:/TransactionSynchronizationRegistry", Transactions.registry());
    ContextAccessController.setWritable(naming.getName(), standard.getNamingToken());
    try {
      InitialContext jndi = new InitialContext();
      for (Map.Entry<String, Object> name : names.entrySet()) {
        jndi.rebind(name.getKey(), name.getValue());
      }
    } catch (NamingException e) {
      throw new IllegalStateException("cannot name the transaction manager", e);
    } finally {
      ContextAccessController.setReadOnly(naming.getName());
    }
  }
}
