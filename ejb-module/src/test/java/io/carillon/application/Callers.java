package io.carillon.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import java.time.Instant;

/** People and programs of tests, and what they are told when they may not. */
final class Callers {
  static final Identity ALICE = of("alice", OrganizationRole.MEMBER, Identity.Kind.USER);
  static final Identity BOB = of("bob", OrganizationRole.MEMBER, Identity.Kind.USER);
  static final Identity CAROL = of("carol", OrganizationRole.MEMBER, Identity.Kind.USER);
  static final Identity ADMIN = of("admin", OrganizationRole.ADMIN, Identity.Kind.USER);
  static final Identity PROGRAM = of("key:1", OrganizationRole.ADMIN, Identity.Kind.API_KEY);

  private Callers() {}

  private static Identity of(String id, OrganizationRole role, Identity.Kind kind) {
    return new Identity("demo", new UserId(id), id, "", role, "", Instant.MAX, kind);
  }

  static void assertRefused(ErrorCode code, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(RealtimeException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
