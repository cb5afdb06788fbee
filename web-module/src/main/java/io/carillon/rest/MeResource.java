package io.carillon.rest;

import io.carillon.application.AdminRights;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import io.carillon.json.JsonObject;
import io.carillon.security.Logins;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Who the caller is, and how it stays so. */
@Path("me")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
public class MeResource {
  private final Logins logins;
  private final ClientFacts clients;
  private final AdminRights rights;

  public MeResource() { // for the client proxy; RESTEasy looks for a public one
    this(null, null, null);
  }

  @Inject
  public MeResource(Logins logins, ClientFacts clients, AdminRights rights) {
    this.logins = logins;
    this.clients = clients;
    this.rights = rights;
  }

  @GET
  public JsonObject get(@Context HttpServletRequest request) {
    Identity identity = Identities.of(request);
    return UserJson.write(identity)
        .put("expiresAt", UserJson.time(identity.expiresAt()))
        .put("adminRights", rights.of(identity).stream().map(AdminRight::name).toList())
        .put("operatesServer", rights.operatesServer(identity));
  }

  /** A fresh token in the session of the one that came, answered as a login is. */
  @POST
  @Path("token")
  public Response renew(@Context HttpServletRequest request) {
    if (ContainerCallers.wereLetInBy(request)) {
      throw new RealtimeException(ErrorCode.FORBIDDEN, "a session of the server's");
    }
    Credentials shown =
        Credentials.of(request, false, false)
            .orElseThrow(() -> new RealtimeException(ErrorCode.UNAUTHENTICATED, "no token"));
    return SessionAnswer.of(logins.renew(shown.value()), request, clients);
  }
}
