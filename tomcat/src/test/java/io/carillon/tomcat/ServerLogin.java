package io.carillon.tomcat;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.Session;
import org.apache.catalina.Wrapper;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.realm.GenericPrincipal;
import org.apache.catalina.realm.RealmBase;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.LoginConfig;
import org.apache.tomcat.util.descriptor.web.SecurityCollection;
import org.apache.tomcat.util.descriptor.web.SecurityConstraint;

/**
 * A server that authenticates people by itself, as an administrator may set one up: a realm in
 * memory whose passwords are the names, and forms or basic authentication. What asks for a login is
 * {@code /inside} alone; everything else takes who is logged in as it comes.
 */
final class ServerLogin implements Consumer<Context>, HttpSessionListener {
  /** Where a login is asked for. */
  static final String PAGE = "/inside/page";

  private final String method;
  private final Map<String, List<String>> rolesOf;
  private final Map<String, Long> ends = new ConcurrentHashMap<>(); // in nanoseconds, by session
  private Context context;

  /**
   * @param method {@code FORM} or {@code BASIC}
   * @param rolesOf by name
   */
  ServerLogin(String method, Map<String, List<String>> rolesOf) {
    this.method = method;
    this.rolesOf = rolesOf;
  }

  @Override
  public void accept(Context application) {
    context = application;
    context.setRealm(new People(rolesOf));
    context.setLoginConfig(new LoginConfig(method, "carillon", "/index.html", "/index.html"));
    context.setPreemptiveAuthentication(true);
    SecurityCollection inside = new SecurityCollection();
    inside.addPatternDecoded("/inside/*");
    SecurityConstraint everybody = new SecurityConstraint();
    everybody.addCollection(inside);
    everybody.setAuthConstraint(true);
    everybody.addAuthRole(SecurityConstraint.ROLE_ALL_AUTHENTICATED_USERS);
    context.addConstraint(everybody);
    Wrapper page = Tomcat.addServlet(context, "page", new Page());
    page.setLoadOnStartup(1);
    context.addServletMappingDecoded(PAGE, "page");
    ((StandardContext) context).addApplicationLifecycleListener(this);
    // Looks for sessions that are over each second, not each minute.
    context.setBackgroundProcessorDelay(1);
    ((ManagerBase) context.getManager()).setProcessExpiresFrequency(1);
  }

  @Override
  public void sessionDestroyed(HttpSessionEvent event) {
    ends.put(event.getSession().getId(), System.nanoTime());
  }

  /** When a session ended, as {@link System#nanoTime} counts; null while it lives. */
  Long endOf(String id) {
    return ends.get(id);
  }

  /** A session that lives. */
  Session session(String id) throws IOException {
    return context.getManager().findSession(id);
  }

  private static final class People extends RealmBase {
    private final Map<String, List<String>> rolesOf;

    People(Map<String, List<String>> rolesOf) {
      this.rolesOf = rolesOf;
    }

    @Override
    protected String getPassword(String name) {
      return rolesOf.containsKey(name) ? name : null;
    }

    @Override
    protected Principal getPrincipal(String name) {
      return new GenericPrincipal(name, rolesOf.get(name));
    }
  }

  /** What a page of an application can do about its session. */
  private static final class Page extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws ServletException, IOException {
      String what = request.getParameter("do");
      if ("logout".equals(what)) {
        request.getSession().invalidate();
      } else if ("leave".equals(what)) {
        request.logout(); // the session stays, with nobody in it
      } else if ("become".equals(what)) {
        request.logout();
        request.login(request.getParameter("name"), request.getParameter("name"));
      } else if ("rename".equals(what)) {
        request.changeSessionId();
      }
      response.getWriter().print("page of " + request.getRemoteUser());
    }
  }
}
