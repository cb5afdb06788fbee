package io.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/known-faults.md} says is shown by a test has that test. */
class KnownFaultsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "known-faults.md");
  private static final Path TESTS = Path.of("src", "test", "java");
  private static final List<String> MODULES =
      List.of("config", "persistence", "ejb-module", "web-module", "tomcat", "ear");
  private static final String REPORT = "([\\w.-]+/[\\w.-]+#\\d+)";
  private static final String TEST = "`(\\w+)\\.(\\w+)`";
  private static final Pattern NAMED = Pattern.compile(TEST);
  private static final Pattern ROW =
      Pattern.compile("\\| " + REPORT + " \\| [^|`]{20,} \\| " + TEST + "(, " + TEST + ")* \\|");
  private static final Pattern ANNOTATED =
      Pattern.compile("(?m)^  @(Test|ParameterizedTest|TestFactory)$");
  private static final Pattern OF_NO_CONCERN = Pattern.compile("- " + REPORT + ": \\S.{20,}\\.");

  @Test
  void namesTestsThatThereAre() throws IOException {
    Map<String, String> sources = sources();
    List<MatchResult> named = NAMED.matcher(Files.readString(PAGE)).results().toList();
    assertThat(named).hasSizeGreaterThan(100);
    for (MatchResult test : named) {
      assertThat(sources).as(test.group()).containsKey(test.group(1));
      assertThat(isTest(sources.get(test.group(1)), test.group(2))).as(test.group()).isTrue();
    }
  }

  @Test
  void hasATestInEachRowAndAReasonInEachLineOfTheRest() throws IOException {
    List<String> reports = new ArrayList<>();
    int rows = 0;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("| ") && !line.equals("| seen in | what must hold | shown by |")) {
        Matcher row = ROW.matcher(line);
        assertThat(row.matches()).as(line).isTrue();
        reports.add(row.group(1));
        rows++;
      } else if (line.startsWith("- ")) {
        Matcher reason = OF_NO_CONCERN.matcher(line);
        assertThat(reason.matches()).as(line).isTrue();
        reports.add(reason.group(1));
      }
    }
    assertThat(rows).isGreaterThan(60);
    assertThat(reports).hasSizeGreaterThan(rows).doesNotHaveDuplicates();
  }

  /** That the others could fail. */
  @Test
  void tellsATestFromWhatIsNone() throws IOException {
    String own = sources().get("KnownFaultsPageTest");
    assertThat(isTest(own, "tellsATestFromWhatIsNone")).isTrue();
    assertThat(isTest(own, "namesTestsThatThereAre")).isTrue();
    assertThat(isTest(own, "sources")).isFalse();
    assertThat(isTest(own, "thereIsNone")).isFalse();
    assertThat(isTest("\n\n  @Test\n  @Disabled\n  void isLeftOut() {", "isLeftOut")).isFalse();
  }

  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : MODULES) {
      List<Path> files;
      try (Stream<Path> all = Files.walk(Path.of("..", module).resolve(TESTS))) {
        files = all.filter(file -> file.toString().endsWith(".java")).toList();
      }
      for (Path file : files) {
        String name = file.getFileName().toString().replace(".java", "");
        sources.merge(name, Files.readString(file), String::concat);
      }
    }
    return sources;
  }

  /** Its annotations stand between a blank line and its name, as the format has it. */
  private static boolean isTest(String source, String method) {
    Matcher declared =
        Pattern.compile("(?m)^ +(?:public |protected )?[\\w<>]+ " + method + "\\(").matcher(source);
    while (declared.find()) {
      String before = source.substring(0, declared.start());
      String own = before.substring(before.lastIndexOf("\n\n") + 1);
      if (ANNOTATED.matcher(own).find() && !own.contains("  @Disabled")) {
        return true;
      }
    }
    return false;
  }
}
