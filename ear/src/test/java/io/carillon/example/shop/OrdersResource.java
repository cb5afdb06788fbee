package io.carillon.example.shop;

import io.carillon.facade.CarillonException;
import io.carillon.facade.Sent;
import jakarta.ejb.EJBException;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What customers can ask for; the answer says in one word why something has not happened. */
@Path("/")
@RequestScoped
@Produces(MediaType.TEXT_PLAIN)
public class OrdersResource {
  @Inject private Orders orders;

  @POST
  @Path("orders/{number}")
  public Response place(
      @PathParam("number") String number,
      @QueryParam("user") String user,
      @QueryParam("channel") String channel,
      @QueryParam("inStock") @DefaultValue("1") int inStock) {
    return done(() -> orders.place(number, user, channel, inStock));
  }

  @POST
  @Path("members/{user}")
  public Response admit(
      @PathParam("user") String user,
      @QueryParam("channel") String channel,
      @QueryParam("inStock") @DefaultValue("1") int inStock) {
    return answer(() -> String.valueOf(orders.admit(user, channel, inStock)));
  }

  @POST
  @Path("announcements")
  public Response announce(
      @QueryParam("title") String title, @QueryParam("inStock") @DefaultValue("1") int inStock) {
    return done(() -> orders.announce(title, inStock));
  }

  @POST
  @Path("circulars/{key}")
  public Response circulate(
      @PathParam("key") String key,
      @QueryParam("user") String user,
      @QueryParam("channel") List<String> channels,
      @QueryParam("text") String text,
      @QueryParam("inStock") @DefaultValue("1") int inStock) {
    return done(() -> orders.circulate(user, channels, text, key, inStock));
  }

  /** Answers with the message's offset, its id, and whether it had been sent before. */
  @POST
  @Path("letters/{key}")
  public Response say(
      @PathParam("key") String key,
      @QueryParam("user") String user,
      @QueryParam("channel") String channel,
      @QueryParam("text") String text) {
    return answer(
        () -> {
          Sent sent = orders.say(user, channel, text, key);
          return sent.offset() + " " + sent.id() + " " + sent.isDuplicate();
        });
  }

  /** Answers with the names of those who are there. */
  @GET
  @Path("visitors")
  public Response visitors(@QueryParam("user") List<String> users) {
    return answer(
        () ->
            orders.whoIsThere(users).stream()
                .filter(one -> one.isOnline())
                .map(one -> one.userId())
                .collect(Collectors.joining(" ")));
  }

  private static Response done(Runnable work) {
    return answer(
        () -> {
          work.run();
          return "DONE";
        });
  }

  private static Response answer(Supplier<String> work) {
    try {
      return Response.ok(work.get()).build();
    } catch (OutOfStock e) {
      return refusal("OUT_OF_STOCK");
    } catch (CarillonException e) {
      return refusal(e.code());
    } catch (EJBException e) {
      return refusal("ROLLED_BACK"); // while it was committed
    }
  }

  private static Response refusal(String word) {
    return Response.status(Response.Status.CONFLICT).entity(word).build();
  }
}
