package io.carillon.bench;

import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.File;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.glassfish.jersey.jackson.JacksonFeature;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.servlet.ServletContainer;

/** Streams the textbook JAX-RS way: one {@link SseBroadcaster} per room, Jersey on embedded Tomcat. */
public final class JerseySseServer {
  private JerseySseServer() {}

  /** Subscribing and publishing, without authentication or history. */
  @Path("/")
  @Singleton
  public static class Rooms {
    private final Map<String, SseBroadcaster> broadcasters = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();

    /** The sink joins its room before "connected" is sent, so that a client that saw it misses nothing. */
    @GET
    @Path("events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void subscribe(
        @QueryParam("room") String room, @Context SseEventSink sink, @Context Sse sse) {
      broadcasters.computeIfAbsent(room, name -> sse.newBroadcaster()).register(sink);
      sink.send(sse.newEventBuilder().comment("connected").build());
    }

    /** Hands the message to everyone in the room. */
    @POST
    @Path("publish")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response publish(
        @QueryParam("room") String room, Map<String, Object> message, @Context Sse sse) {
      SseBroadcaster broadcaster = broadcasters.get(room);
      if (broadcaster != null) {
        OutboundSseEvent event =
            sse.newEventBuilder()
                .id(Long.toString(ids.incrementAndGet()))
                .name("notification")
                .mediaType(MediaType.APPLICATION_JSON_TYPE)
                .data(Map.class, Map.of("content", message.get("content")))
                .build();
        broadcaster.broadcast(event);
      }
      return Response.noContent().build();
    }
  }

  /** Serves on the loopback port that the environment variable PORT names, until the process is ended. */
  public static void main(String[] arguments) throws Exception {
    File base = Files.createTempDirectory("jersey-sse").toFile();
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(base.getPath());
    tomcat.setConnector(connector(Integer.parseInt(System.getenv("PORT"))));

    ResourceConfig application = new ResourceConfig(Rooms.class).register(JacksonFeature.class);
    var context = tomcat.addContext("", base.getPath());
    Wrapper servlet = Tomcat.addServlet(context, "jersey", new ServletContainer(application));
    servlet.setAsyncSupported(true);
    servlet.setLoadOnStartup(1);
    context.addServletMappingDecoded("/*", "jersey");

    tomcat.start();
    tomcat.getServer().await();
  }

  private static Connector connector(int port) {
    Connector connector = new Connector("org.apache.coyote.http11.Http11NioProtocol");
    connector.setPort(port);
    connector.setProperty("address", "127.0.0.1");
    connector.setProperty("maxConnections", "20000");
    connector.setProperty("acceptCount", "4096");
    connector.setProperty("asyncTimeout", "-1");
    connector.setProperty("maxKeepAliveRequests", "-1");
    return connector;
  }
}
