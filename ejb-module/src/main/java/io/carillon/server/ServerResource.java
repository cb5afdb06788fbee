package io.carillon.server;

import java.util.List;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * Something that the server keeps in JNDI. It is looked up, since TomEE injects no resources into
 * the beans of an ejb-jar that are no EJBs, and no name is understood by every server.
 */
final class ServerResource {
  private ServerResource() {}

  /**
   * The resource of the first name that leads to one.
   *
   * @throws IllegalStateException if none does, with what an operator has to define
   */
  static <T> T find(Class<T> type, String what, List<String> names) {
    IllegalStateException missing = new IllegalStateException("the server has no " + what);
    for (String name : names) {
      try {
        return type.cast(InitialContext.doLookup(name));
      } catch (NamingException e) {
        missing.addSuppressed(e);
      }
    }
    throw missing;
  }
}
