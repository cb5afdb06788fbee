package io.carillon.domain.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdminRightTest {
  private static final List<OrganizationRole> COLUMNS =
      List.of(
          OrganizationRole.VIEWER,
          OrganizationRole.MODERATOR,
          OrganizationRole.CHANNEL_ADMIN,
          OrganizationRole.OPERATOR,
          OrganizationRole.ADMIN,
          OrganizationRole.OWNER);

  /** The page for people has the table as it is here. */
  @Test
  void isShownAsItIs() throws IOException {
    List<String> rows = new ArrayList<>();
    for (AdminRight right : AdminRight.values()) {
      StringBuilder row = new StringBuilder("| `" + right + "` |");
      for (OrganizationRole role : COLUMNS) {
        row.append(right.isOf(role) ? " yes |" : "  |");
      }
      rows.add(row.append(' ').append(right.text()).append(" |").toString());
    }
    List<String> shown =
        Files.readAllLines(Path.of("..", "docs", "administration.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .toList();
    assertThat(shown).isEqualTo(rows);
  }

  @ParameterizedTest
  @EnumSource(AdminRight.class)
  void isNeitherAMembersNorAProgramsAndAlwaysAnAdmins(AdminRight right) {
    assertThat(right.isOf(OrganizationRole.MEMBER)).isFalse();
    assertThat(right.isOf(OrganizationRole.ADMIN)).isTrue();
    assertThat(right.isOf(OrganizationRole.OWNER)).isTrue();
    assertThat(identity(OrganizationRole.OWNER, Identity.Kind.API_KEY).has(right)).isFalse();
    assertThat(identity(OrganizationRole.OWNER, Identity.Kind.SERVER).has(right)).isFalse();
    assertThat(identity(OrganizationRole.OWNER, Identity.Kind.USER).has(right)).isTrue();
  }

  @Test
  void letsAViewerChangeNothing() {
    assertThat(AdminRight.of(OrganizationRole.VIEWER))
        .allSatisfy(right -> assertThat(right.name()).matches("[A-Z]+_VIEW|RIGHTS_EXPLAIN"));
  }

  private static Identity identity(OrganizationRole role, Identity.Kind kind) {
    return new Identity("org", new UserId("ada"), "Ada", "", role, "token", Instant.MAX, kind);
  }
}
