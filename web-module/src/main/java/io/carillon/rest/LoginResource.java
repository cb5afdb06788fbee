package io.carillon.rest;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.UserId;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import io.carillon.security.IssuedToken;
import io.carillon.security.Logins;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;

/** Where a session of a local account begins. */
@Path("login")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
public class LoginResource {
  /** Nobody has proved anything yet who sends this body, so it may be small only. */
  private static final int MAX_BODY_BYTES = 4096;

  private static final String DEFAULT_ORGANIZATION = "demo";

  private final Logins logins;
  private final ClientFacts clients;

  public LoginResource() { // for the client proxy; RESTEasy looks for a public one
    this(null, null);
  }

  @Inject
  public LoginResource(Logins logins, ClientFacts clients) {
    this.logins = logins;
    this.clients = clients;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON) // which a form of another site cannot send
  public Response login(@Context HttpServletRequest request, InputStream body) throws IOException {
    byte[] bytes = body.readNBytes(MAX_BODY_BYTES + 1);
    if (bytes.length > MAX_BODY_BYTES) {
      throw new RealtimeException(ErrorCode.TOO_LARGE, "login");
    }
    JsonObject login = Json.parseObject(bytes);
    IssuedToken token =
        logins.login(
            login.string("organization").orElse(DEFAULT_ORGANIZATION),
            new UserId(login.requireString("userId")),
            login.requireString("password"),
            clients.addressOf(request));
    return SessionAnswer.of(token, request, clients);
  }
}
