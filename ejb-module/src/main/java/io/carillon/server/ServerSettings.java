package io.carillon.server;

import io.carillon.config.Settings;
import io.carillon.config.SettingsLoader;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.util.Map;

/** Reads the settings of the server's process, once. */
@ApplicationScoped
public class ServerSettings {
  private static final Logger LOG = System.getLogger(ServerSettings.class.getName());

  @Produces
  @Singleton
  Settings settings() {
    SettingsLoader.Loaded loaded = SettingsLoader.load(Map.of());
    loaded.tell(LOG);
    return loaded.settings();
  }
}
