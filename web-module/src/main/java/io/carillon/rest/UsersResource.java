package io.carillon.rest;

import io.carillon.application.AccountService;
import io.carillon.domain.user.UserId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.SecurityContext;

/** The organization's accounts, for its admins. */
@Path("users")
@ApplicationScoped
public class UsersResource {
  private final AccountService accounts;

  public UsersResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public UsersResource(AccountService accounts) {
    this.accounts = accounts;
  }

  @PUT
  @Path("{userId}/lock")
  public void lock(@Context SecurityContext security, @PathParam("userId") String user) {
    accounts.lock(Caller.of(security), new UserId(user));
  }

  @DELETE
  @Path("{userId}/lock")
  public void unlock(@Context SecurityContext security, @PathParam("userId") String user) {
    accounts.unlock(Caller.of(security), new UserId(user));
  }
}
