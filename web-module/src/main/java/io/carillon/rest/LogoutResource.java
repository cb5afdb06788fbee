package io.carillon.rest;

import io.carillon.application.AccountService;
import io.carillon.security.IdentityPrincipal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;

/** Where a session ends, and every connection that it has opened. */
@Path("logout")
@ApplicationScoped
public class LogoutResource {
  private final AccountService accounts;
  private final ClientFacts clients;

  public LogoutResource() { // for the client proxy; RESTEasy looks for a public one
    this(null, null);
  }

  @Inject
  public LogoutResource(AccountService accounts, ClientFacts clients) {
    this.accounts = accounts;
    this.clients = clients;
  }

  /** Whoever has no session, or no longer, is told the same. */
  @POST
  public Response logout(@Context HttpServletRequest request) throws ServletException {
    if (ContainerCallers.wereLetInBy(request)) {
      request.logout();
      HttpSession session = request.getSession(false);
      if (session != null) {
        session.invalidate(); // of which the listener hears
      }
    } else if (request.getUserPrincipal() instanceof IdentityPrincipal caller) {
      accounts.logout(caller.identity());
    }
    return SessionAnswer.ended(request, clients);
  }
}
