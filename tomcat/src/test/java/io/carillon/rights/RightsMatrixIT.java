package io.carillon.rights;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.wire.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the server to {@link RightsTable}: every route and every frame, for every kind of caller
 * and channel.
 */
class RightsMatrixIT {
  private static final Path DOCUMENT = Path.of("..", "docs", "rights.md");
  private static final List<Operation> OPERATIONS = Operations.all();
  private static final RightsTable TABLE = RightsTable.read();

  @TempDir static Path folder;
  private static World world;

  @BeforeAll
  static void start() {
    world = World.onTomcat(folder);
  }

  @AfterAll
  static void stop() {
    world.close();
  }

  @Test
  void hasARowForEveryRoute() {
    Set<String> rows =
        OPERATIONS.stream()
            .filter(operation -> !operation.isFrame())
            .map(Operation::key)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(rows).hasSizeGreaterThan(40).isEqualTo(Registered.routes());
  }

  /** What is described for others is the third list, made by hand as well. */
  @Test
  void hasARowForEveryRouteThatIsDescribed() {
    Map<String, Object> paths =
        JsonText.asObject(
            world.http().send("GET", "/openapi", null, null).orFail("openapi").json().get("paths"));
    Set<String> described = new TreeSet<>();
    paths.forEach(
        (path, methods) ->
            JsonText.asObject(methods).keySet().stream()
                .filter(method -> !method.equals("parameters")) // those of all its methods
                .forEach(method -> described.add(method.toUpperCase(Locale.ROOT) + ' ' + path)));
    assertThat(described).isEqualTo(Registered.routes());
  }

  /** A table of nothing but refusals would hold for a server that refuses everything. */
  @Test
  void asksForWhatIsGrantedAndForWhatIsNot() {
    for (Rule rule : Rule.values()) {
      assertThat(OPERATIONS).as(rule.name()).anyMatch(operation -> operation.rule() == rule);
    }
    for (Subject subject : Subject.values()) {
      Set<Verdict> told = EnumSet.noneOf(Verdict.class);
      for (Operation operation : OPERATIONS) {
        for (Place place : Place.values()) {
          told.add(TABLE.verdict(operation.rule(), place, subject));
        }
      }
      assertThat(told).as(subject.title()).contains(Verdict.ALLOWED).hasSizeGreaterThan(1);
    }
  }

  /** What a caller of another organization does meets that organization's own people only. */
  @Test
  void bringsNothingAcrossOrganizations() {
    String title = world.freshText("from abroad");
    world
        .http()
        .send(
            "POST",
            "/api/notifications",
            world.tokenOf(Subject.FOREIGN_ADMIN),
            Map.of("userId", Subject.WRITER.userId(), "type", "news", "title", title))
        .orFail("a notification in the own organization");
    Reply inbox =
        world.http().send("GET", "/api/notifications", world.tokenOf(Subject.WRITER), null);
    assertThat(inbox.orFail("inbox").body()).contains("You are here").doesNotContain(title);
  }

  @Test
  void hasARowForEveryFrame() {
    List<Operation> frames = OPERATIONS.stream().filter(Operation::isFrame).toList();
    assertThat(frames.stream().map(Operation::frame).collect(Collectors.toSet()))
        .isEqualTo(Registered.frameTypes());
    assertThat(
            frames.stream()
                .filter(operation -> !operation.frame().equals("Invalid"))
                .map(Operation::key)
                .collect(Collectors.toSet()))
        .isEqualTo(Registered.frameEvents());
  }

  @Test
  void isWrittenDown() throws IOException {
    String text = TABLE.markdown(OPERATIONS);
    if (Boolean.getBoolean("updateRights")) {
      Files.createDirectories(DOCUMENT.getParent());
      Files.writeString(DOCUMENT, text);
    } else {
      assertThat(Files.readString(DOCUMENT))
          .as("docs/rights.md; -DupdateRights=true writes it anew")
          .isEqualTo(text);
    }
  }

  @TestFactory
  Stream<DynamicTest> followsTheTable() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Operation operation : OPERATIONS) {
      tests.add(
          DynamicTest.dynamicTest(
              operation.title(), () -> assertThat(differences(operation)).isEmpty()));
    }
    tests.add(DynamicTest.dynamicTest("a refusal never says why", RightsMatrixIT::checkRefusals));
    tests.add(
        DynamicTest.dynamicTest(
            "nothing that was refused was done",
            () -> assertThat(world.storedAfterAll()).isEmpty()));
    return tests.stream();
  }

  private static List<String> differences(Operation operation) {
    ConcurrentLinkedQueue<String> differences = new ConcurrentLinkedQueue<>();
    if (operation.rule().isOfChannels()) {
      world.eachPlace(place -> differences.addAll(differences(operation, place)));
    } else {
      differences.addAll(differences(operation, Place.MISSING));
    }
    return differences.stream().sorted().toList();
  }

  private static List<String> differences(Operation operation, Place place) {
    return RightsSample.ask(world, TABLE, operation, place, new ConcurrentLinkedQueue<>());
  }

  /**
   * Whatever was asked for, by whomever: one refusal is like the other to the last byte. So nobody
   * can tell by it what there is.
   */
  private static void checkRefusals() {
    Map<String, Set<String>> refusals = world.refusals();
    assertThat(refusals).containsKeys("403 FORBIDDEN", "404 NOT_FOUND", "401 UNAUTHENTICATED");
    assertThat(refusals).containsKeys("401 TOKEN_EXPIRED", "409 ARCHIVED", "frame FORBIDDEN");
    refusals.forEach((verdict, bodies) -> assertThat(bodies).as(verdict).hasSize(1));
  }

  @Test
  void listsTheChannelsThatTheCallerMaySee() {
    for (Subject subject : Subject.values()) {
      if (!subject.isKnown()) {
        continue;
      }
      Reply reply = world.http().send("GET", "/api/channels", world.tokenOf(subject), null);
      List<?> channels = (List<?>) reply.orFail("channels").json().get("channels");
      Set<String> listed =
          channels.stream()
              .map(channel -> (String) ((Map<?, ?>) channel).get("channelId"))
              .filter(name -> name.startsWith("rights/"))
              .collect(Collectors.toSet());
      // A list is of what one reads; what an admin may also see has to be asked for by name.
      Set<String> readable =
          Arrays.stream(Place.values())
              .filter(Place::isMade)
              .filter(place -> TABLE.verdict(Rule.READ, place, subject) == Verdict.ALLOWED)
              .map(place -> world.nameOf(place, subject))
              .collect(Collectors.toSet());
      assertThat(listed).as(subject.title()).isEqualTo(readable);
    }
  }
}
