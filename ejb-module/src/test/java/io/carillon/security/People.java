package io.carillon.security;

import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;

final class People {
  private People() {}

  static Identity user(String id) {
    return new Identity(
        "demo",
        new UserId(id),
        id,
        "",
        OrganizationRole.MEMBER,
        "session-of-" + id,
        Tokens.NOW.plusSeconds(900),
        Identity.Kind.USER);
  }
}
