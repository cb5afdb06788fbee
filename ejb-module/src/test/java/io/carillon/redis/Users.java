package io.carillon.redis;

import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import java.time.Instant;

/** Members of the organization {@code demo}, whose proofs never expire. */
final class Users {
  private Users() {}

  static Identity member(String id) {
    return member(id, Identity.Kind.USER);
  }

  static Identity member(String id, Identity.Kind kind) {
    return new Identity(
        "demo", new UserId(id), id, "", OrganizationRole.MEMBER, "", Instant.MAX, kind);
  }
}
