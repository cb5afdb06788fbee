package io.carillon.application;

import io.carillon.config.Settings;
import io.carillon.domain.channel.Access;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.List;

/**
 * Who may do what in the administration. A right that reaches beyond the organization counts only
 * in the one that operates the server. Any thread.
 */
@ApplicationScoped
public class AdminRights {
  private final String operator;

  protected AdminRights() { // for the client proxy
    this.operator = "";
  }

  @Inject
  public AdminRights(Settings settings) {
    this.operator = settings.node().operatingOrganization();
  }

  /**
   * @throws RealtimeException with {@code FORBIDDEN} for all who do not have the right, programs
   *     among them
   */
  public void require(Identity by, AdminRight right) {
    if (!has(by, right)) {
      throw Access.forbidden();
    }
  }

  public boolean has(Identity by, AdminRight right) {
    return by.has(right) && (!right.isOfServer() || operatesServer(by));
  }

  /** All that somebody has, in the order of the constants. */
  public List<AdminRight> of(Identity by) {
    return Arrays.stream(AdminRight.values()).filter(right -> has(by, right)).toList();
  }

  /** Whether the caller's organization is the one that operates the server. */
  public boolean operatesServer(Identity by) {
    return by.organization().equals(operator);
  }
}
