package io.carillon.admin;

import io.carillon.application.SettingsReading;
import io.carillon.config.SettingsLoader;
import io.carillon.json.JsonObject;
import io.carillon.rest.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import java.util.OptionalLong;

/** The settings of the node that answers, with where each comes from. */
@Path("admin/settings")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
public class AdminSettingsResource {
  private static final String MASK = "\u2022\u2022\u2022";
  private static final String FILE = "file ";

  private final SettingsReading settings;

  public AdminSettingsResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public AdminSettingsResource(SettingsReading settings) {
    this.settings = settings;
  }

  @GET
  public JsonObject list(@Context SecurityContext security) {
    List<SettingsLoader.Effective> all = settings.list(Caller.of(security));
    return Listing.of(
        all.stream().map(AdminSettingsResource::json).toList(), null, OptionalLong.of(all.size()));
  }

  private static JsonObject json(SettingsLoader.Effective setting) {
    String source = setting.source();
    boolean file = source.startsWith(FILE);
    return new JsonObject()
        .put("key", setting.key())
        .put("value", value(setting))
        .put("byDefault", setting.secret() ? null : setting.byDefault())
        .put("source", file ? "FILE" : sourceOf(source))
        .put("sourceDetail", file ? source.substring(FILE.length()) : null)
        .put("secret", setting.secret())
        .put("help", setting.help());
  }

  private static String value(SettingsLoader.Effective setting) {
    if (setting.secret()) {
      return setting.set() ? MASK : null;
    }
    return setting.value();
  }

  private static String sourceOf(String source) {
    return source.isEmpty()
        ? "DEFAULT"
        : source.toUpperCase(java.util.Locale.ROOT).replace(' ', '_');
  }
}
