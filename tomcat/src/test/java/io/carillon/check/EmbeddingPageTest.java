package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code that {@code docs/embedding.md} shows is code that is compiled and run. */
class EmbeddingPageTest {
  private static final Path PAGE = Path.of("..", "docs", "embedding.md");
  private static final List<Path> SOURCES =
      List.of(
          Path.of("src", "test", "java", "io", "carillon", "check", "Shop.java"),
          Path.of("..", "ear", "src", "test", "java", "io", "carillon", "example", "shop")
              .resolve("Orders.java"));

  /** What is added to the EAR's descriptor. */
  private static final Path MODULES =
      Path.of("..", "ear", "src", "test", "java", "io", "carillon", "ear", "ExampleArchives.java");

  private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)```");
  private static final Pattern XML = Pattern.compile("(?s)```xml\n(.*?) *```");

  @Test
  void showsCodeThatWorks() throws IOException {
    StringBuilder sources = new StringBuilder();
    for (Path source : SOURCES) {
      sources.append(Files.readString(source));
    }
    List<String> blocks =
        BLOCK.matcher(Files.readString(PAGE)).results().map(EmbeddingPageTest::code).toList();
    assertThat(blocks)
        .hasSizeGreaterThan(3)
        .allSatisfy(block -> assertThat(sources.toString()).contains(block));
  }

  @Test
  void namesTheModulesAsTheExampleDoes() throws IOException {
    Matcher block = XML.matcher(Files.readString(PAGE));
    assertThat(block.find()).isTrue();
    assertThat(withoutIndent(Files.readString(MODULES))).contains(withoutIndent(block.group(1)));
  }

  private static String withoutIndent(String text) {
    return text.replaceAll("(?m)^ +", "");
  }

  private static String code(MatchResult block) {
    return block.group(1);
  }
}
