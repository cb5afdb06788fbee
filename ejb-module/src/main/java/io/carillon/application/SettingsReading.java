package io.carillon.application;

import io.carillon.config.Settings;
import io.carillon.config.SettingsLoader;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** This node's settings, for those who operate the server. Any thread. */
@ApplicationScoped
public class SettingsReading {
  private final Settings settings;
  private final AdminRights rights;

  protected SettingsReading() { // for the client proxy
    this(null, null);
  }

  @Inject
  public SettingsReading(Settings settings, AdminRights rights) {
    this.settings = settings;
    this.rights = rights;
  }

  /**
   * What counts, and from where; no secret is in it.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public List<SettingsLoader.Effective> list(Identity by) {
    rights.require(by, AdminRight.SETTINGS_VIEW);
    return SettingsLoader.explain(settings);
  }
}
