package io.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Keeps the README's table of settings in step with {@link Settings}. {@code mvn -pl config test
 * -Dtest=ReadmeTest -DupdateReadme=true} writes it anew.
 */
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Pattern TABLE =
      Pattern.compile("(?s)(?<=<!-- settings: [^\n]{1,200}\n).*?(?=<!-- /settings -->)");

  @Test
  void showsEverySettingAsItIs() throws IOException {
    String readme = Files.readString(README);
    Matcher table = TABLE.matcher(readme);
    assertThat(table.find()).as("the README has a table between the two marks").isTrue();
    if (Boolean.getBoolean("updateReadme")) {
      Files.writeString(
          README, table.replaceFirst(Matcher.quoteReplacement(SettingsTable.markdown())));
    } else {
      assertThat(table.group())
          .as("the README's table of settings; -DupdateReadme=true writes it anew")
          .isEqualTo(SettingsTable.markdown());
    }
  }
}
