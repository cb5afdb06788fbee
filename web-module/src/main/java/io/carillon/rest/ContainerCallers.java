package io.carillon.rest;

import io.carillon.application.EndedSessions;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.security.ContainerIdentities;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.Principal;

/**
 * Callers whom the server has authenticated before they come to us, and the sessions in which it
 * knows them. Any thread.
 *
 * <p>Each session gets a random mark, an attribute of it: it stays the same when the session gets
 * another id at a login, goes where the session goes, be that a disk or another node, and says
 * nothing of the id. Beside the mark stands whose it is: should the session go on as somebody
 * else's, or as nobody's, then what it has opened ends.
 */
@ApplicationScoped
public class ContainerCallers {
  private static final Logger LOG = System.getLogger(ContainerCallers.class.getName());

  /** Of a session: its mark, a blank, the principal's name. Text, which any server can move. */
  private static final String MARK = "io.carillon.session";

  /** In place of a mark: the session is about to end, and gets none any more. */
  private static final String OVER = "";

  /** Of a request: it was let in by the word of the server. */
  private static final String BY_SERVER = "io.carillon.by-server";

  private final ContainerIdentities identities;
  private final EndedSessions ended;

  protected ContainerCallers() { // for the client proxy
    this(null, null);
  }

  @Inject
  public ContainerCallers(ContainerIdentities identities, EndedSessions ended) {
    this.identities = identities;
    this.ended = ended;
  }

  /**
   * Whether the server says who makes the request, and its word counts. Ends what the session has
   * opened if it now says otherwise than before.
   */
  boolean knows(HttpServletRequest request) {
    if (!identities.isOn()) {
      return false;
    }
    Principal principal = request.getUserPrincipal();
    HttpSession session = request.getSession(false);
    if (session != null) {
      try {
        endWhatIsOthers(session, principal);
      } catch (IllegalStateException e) {
        return false; // it ended this very moment; the server will say so to the next request
      }
    }
    return principal != null;
  }

  private void endWhatIsOthers(HttpSession session, Principal principal) {
    String before = (String) session.getAttribute(MARK);
    if (before != null
        && !before.equals(OVER)
        && (principal == null || !nameOf(before).equals(principal.getName()))) {
      synchronized (this) {
        if (before.equals(session.getAttribute(MARK))) {
          session.removeAttribute(MARK);
        }
      }
      end(before);
    }
  }

  /**
   * Who makes a request that the server {@linkplain #knows} the maker of.
   *
   * @throws RealtimeException as {@link ContainerIdentities#authenticate}
   */
  Identity identify(HttpServletRequest request) {
    Principal principal = request.getUserPrincipal();
    HttpSession session = request.getSession(false);
    Identity identity =
        identities.authenticate(
            principal.getName(),
            request::isUserInRole,
            () -> session == null ? "" : markOf(session, principal.getName()));
    request.setAttribute(BY_SERVER, true);
    return identity;
  }

  /** Made under a lock: of two first requests at once both have to get the same one. */
  private String markOf(HttpSession session, String name) {
    try {
      return presentMarkOf(session, name);
    } catch (IllegalStateException e) {
      throw over();
    }
  }

  private String presentMarkOf(HttpSession session, String name) {
    String present = (String) session.getAttribute(MARK);
    if (present == null || !nameOf(present).equals(name)) {
      synchronized (this) {
        present = (String) session.getAttribute(MARK);
        if (OVER.equals(present)) {
          throw over();
        }
        if (present == null || !nameOf(present).equals(name)) {
          present = identities.newMark() + ' ' + name;
          session.setAttribute(MARK, present);
        }
      }
    }
    return present.substring(0, present.indexOf(' '));
  }

  private static RealtimeException over() {
    return new RealtimeException(ErrorCode.UNAUTHENTICATED, "session is over");
  }

  private static String nameOf(String mark) {
    return mark.substring(mark.indexOf(' ') + 1);
  }

  /** Whether a request was let in by the word of the server. */
  static boolean wereLetInBy(HttpServletRequest request) {
    return request.getAttribute(BY_SERVER) != null;
  }

  /** A session is about to end: so does everything that it has opened, on every node. */
  void sessionEnds(HttpSession session) {
    if (!identities.isOn()) {
      return;
    }
    Object mark;
    synchronized (this) { // a first request that comes just now finds it over, or was before us
      mark = session.getAttribute(MARK);
      try {
        session.setAttribute(MARK, OVER);
      } catch (RuntimeException e) {
        LOG.log(Level.DEBUG, "A server that lets nobody write to such a session any more", e);
      }
    }
    if (mark instanceof String text && !text.equals(OVER)) {
      end(text);
    }
  }

  private void end(String mark) {
    ended.end(identities.ended(nameOf(mark), mark.substring(0, mark.indexOf(' '))));
  }
}
