package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code that {@code docs/embedding.md} shows is code that is compiled and run. */
class EmbeddingPageTest {
  private static final Path PAGE = Path.of("..", "docs", "embedding.md");
  private static final Path SOURCES = Path.of("src", "test", "java", "io", "carillon", "check");
  private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)```");

  @Test
  void showsCodeThatWorks() throws IOException {
    String sources =
        Files.readString(SOURCES.resolve("Shop.java"))
            + Files.readString(SOURCES.resolve("Billing.java"));
    List<String> blocks =
        BLOCK.matcher(Files.readString(PAGE)).results().map(EmbeddingPageTest::code).toList();
    assertThat(blocks)
        .hasSizeGreaterThan(3)
        .allSatisfy(block -> assertThat(sources).contains(block));
  }

  private static String code(MatchResult block) {
    return block.group(1);
  }
}
