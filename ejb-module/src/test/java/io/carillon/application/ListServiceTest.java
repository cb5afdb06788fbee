package io.carillon.application;

import static io.carillon.application.Callers.ALICE;
import static io.carillon.application.Callers.BOB;
import static io.carillon.application.Callers.PROGRAM;
import static io.carillon.application.Callers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.Cursor;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.StaleVersionException;
import io.carillon.domain.user.Identity;
import io.carillon.json.JsonObject;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ListServiceTest {
  private static final ChannelName TODOS = new ChannelName("todos");
  private static final ChannelName SECRET = new ChannelName("secret");
  private static final ChannelName CHAT = new ChannelName("general");
  private static final ChannelName MISSING = new ChannelName("missing");
  private static final OptionalInt ANY = OptionalInt.empty();

  private final MemoryMembers members = new MemoryMembers();
  private final MemoryChannels channels = new MemoryChannels(members);
  private final MemoryLog log = new MemoryLog();
  private final List<Publication> rows = new ArrayList<>(); // by offset
  private final List<Integer> weights = new ArrayList<>();
  private final ListService service =
      new ListService(new ChannelDirectory(channels, Clock.systemUTC()), log, repository());

  @BeforeEach
  void makeChannels() {
    make(TODOS, ChannelKind.LIST, Visibility.PUBLIC);
    members.add(make(SECRET, ChannelKind.LIST, Visibility.PRIVATE), ALICE.userId(), Role.WRITER);
    make(CHAT, ChannelKind.CHAT, Visibility.PUBLIC);
  }

  private Channel make(ChannelName name, ChannelKind kind, Visibility visibility) {
    return channels.create(
        new Channel(new ChannelKey("demo", name), kind, visibility, "", ChannelPolicy.DEFAULT, 0));
  }

  /**
   * The items as the log keeps them: a change is made to an item as it is when its turn comes, and
   * only if that is of the version that was asked for.
   */
  private final class MemoryLog extends MessageService {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean held; // changes wait for their turn

    @Override
    public CompletionStage<Receipt> send(
        Identity by, ChannelName channel, Draft draft, String transport) {
      return inTurn(
          () -> {
            rows.add(row(rows.size() + 1, draft.name(), draft.payload(), draft.clientId()));
            return rows.get(rows.size() - 1);
          });
    }

    @Override
    public CompletionStage<Receipt> edit(
        Identity by,
        ChannelName channel,
        String messageId,
        UnaryOperator<String> change,
        int weightBytes,
        OptionalInt expectedVersion) {
      weights.add(weightBytes);
      return inTurn(
          () -> {
            Publication item = find(messageId, expectedVersion);
            return put(item, Publication.Change.UPDATED, change.apply(item.payload()));
          });
    }

    @Override
    public CompletionStage<Receipt> delete(
        Identity by, ChannelName channel, String messageId, OptionalInt expectedVersion) {
      return inTurn(
          () -> put(find(messageId, expectedVersion), Publication.Change.DELETED, "null"));
    }

    private Publication find(String id, OptionalInt version) {
      Optional<Publication> item =
          rows.stream()
              .filter(row -> row.id().equals(id))
              .filter(row -> row.change() != Publication.Change.DELETED)
              .findFirst();
      if (item.isEmpty()) {
        throw new RealtimeException(ErrorCode.NOT_FOUND, "message");
      }
      if (version.isPresent() && version.getAsInt() != item.get().version()) {
        throw new StaleVersionException(item.get());
      }
      return item.get();
    }

    private Publication put(Publication item, Publication.Change change, String payload) {
      Publication changed =
          row(item.offset(), change, item.name(), payload, item.clientId(), item.version() + 1);
      rows.set((int) item.offset() - 1, changed);
      return changed;
    }

    private CompletionStage<Receipt> inTurn(Supplier<Publication> work) {
      CompletableFuture<Receipt> answer = new CompletableFuture<>();
      waiting.add(
          () -> {
            try {
              answer.complete(new Receipt(work.get(), false));
            } catch (RealtimeException e) {
              answer.completeExceptionally(e);
            }
          });
      if (!held) {
        run();
      }
      return answer;
    }

    private void run() {
      held = false;
      while (!waiting.isEmpty()) {
        waiting.remove().run();
      }
    }
  }

  private static Publication row(long offset, String name, String payload, String clientId) {
    return row(offset, Publication.Change.CREATED, name, payload, clientId, 1);
  }

  private static Publication row(
      long offset,
      Publication.Change change,
      String name,
      String payload,
      String clientId,
      int version) {
    return new Publication(
        new ChannelKey("demo", TODOS),
        ChannelKind.LIST,
        "k",
        offset,
        offset,
        change,
        "id-" + offset,
        name,
        payload,
        "alice",
        "Alice",
        "",
        clientId,
        1,
        0,
        version,
        InboxState.NEW);
  }

  private MessageRepository repository() {
    return (MessageRepository)
        Proxy.newProxyInstance(
            MessageRepository.class.getClassLoader(),
            new Class<?>[] {MessageRepository.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "historyAfter" -> page((long) arguments[1], (int) arguments[2]);
                  default -> throw new AssertionError(method);
                });
  }

  private HistoryPage page(long after, int limit) {
    List<Publication> later = rows.stream().filter(row -> row.offset() > after).toList();
    int count = Math.min(limit, later.size());
    return new HistoryPage(
        later.subList(0, count), count < later.size(), new Cursor("k", rows.size()));
  }

  private String add(String text) {
    return done(service.add(ALICE, TODOS, text, "", "rest")).id();
  }

  private String payloadOf(String id) {
    return rows.stream().filter(row -> row.id().equals(id)).findFirst().orElseThrow().payload();
  }

  private CompletionStage<Receipt> change(String id, JsonObject change, OptionalInt version) {
    return service.change(BOB, TODOS, id, change, version);
  }

  private static Publication done(CompletionStage<Receipt> stage) {
    return stage.toCompletableFuture().join().publication();
  }

  private static JsonObject text(String text) {
    return new JsonObject().put("text", text);
  }

  private static JsonObject completed(boolean completed) {
    return new JsonObject().put("completed", completed);
  }

  private static void assertFails(ErrorCode code, CompletionStage<?> stage) {
    assertThatThrownBy(() -> stage.toCompletableFuture().join())
        .satisfies(e -> assertThat(Failures.of(e).code()).isEqualTo(code));
  }

  // ---- items

  @Test
  void addsAnItemThatIsYetToBeDone() {
    Publication item = done(service.add(ALICE, TODOS, "buy milk", "c-1", "rest"));
    assertThat(item.name()).isEqualTo("todo");
    assertThat(item.clientId()).isEqualTo("c-1");
    assertThat(item.payload()).isEqualTo("{\"text\":\"buy milk\",\"completed\":false}");
    assertThat(item.version()).isEqualTo(1);
  }

  @Test
  void keepsWhatAChangeLeavesOut() {
    String id = add("milk");
    done(change(id, completed(true), ANY));
    assertThat(payloadOf(id)).isEqualTo("{\"text\":\"milk\",\"completed\":true}");
    done(change(id, text("bread"), ANY));
    assertThat(payloadOf(id)).isEqualTo("{\"text\":\"bread\",\"completed\":true}");
    done(change(id, text("wine").put("completed", false), ANY));
    assertThat(payloadOf(id)).isEqualTo("{\"text\":\"wine\",\"completed\":false}");
  }

  @Test
  void storesNothingThatIsNoPartOfAnItem() {
    String id = add("milk");
    done(change(id, text("bread").put("id", "other").put("version", 7), ANY));
    assertThat(payloadOf(id)).isEqualTo("{\"text\":\"bread\",\"completed\":false}");
  }

  @Test
  void deletesAnItemOfWhicheverVersion() {
    String id = add("milk");
    done(change(id, text("bread"), ANY));
    Publication gone = done(service.delete(BOB, TODOS, id, ANY));
    assertThat(gone.change()).isEqualTo(Publication.Change.DELETED);
    assertThat(service.list(BOB, TODOS, 0, 10).items()).isEmpty();
    assertFails(ErrorCode.NOT_FOUND, change(id, text("wine"), ANY));
    assertFails(ErrorCode.NOT_FOUND, service.delete(BOB, TODOS, id, ANY));
  }

  // ---- conflicts

  @Test
  void refusesAnOutdatedVersionWithTheItemAsItIs() {
    String id = add("milk");
    done(change(id, text("bread"), OptionalInt.of(1)));
    assertConflict(change(id, text("wine"), OptionalInt.of(1)));
    assertConflict(change(id, text("wine"), OptionalInt.of(3))); // one that never was
    assertConflict(service.delete(BOB, TODOS, id, OptionalInt.of(1)));
    assertThat(payloadOf(id)).isEqualTo("{\"text\":\"bread\",\"completed\":false}");
    assertThat(done(service.delete(BOB, TODOS, id, OptionalInt.of(2))).version()).isEqualTo(3);
  }

  private static void assertConflict(CompletionStage<Receipt> stage) {
    assertThatThrownBy(() -> stage.toCompletableFuture().join())
        .satisfies(
            e -> {
              StaleVersionException stale = (StaleVersionException) Failures.of(e);
              assertThat(stale.code()).isEqualTo(ErrorCode.CONFLICT);
              assertThat(stale.current().version()).isEqualTo(2);
              assertThat(stale.current().payload())
                  .isEqualTo("{\"text\":\"bread\",\"completed\":false}");
            });
  }

  @Test
  void letsTheLastWriteWinWhereNoVersionIsNamed() {
    String id = add("milk");
    log.held = true;
    CompletionStage<Receipt> first = change(id, text("bread").put("completed", true), ANY);
    CompletionStage<Receipt> last = service.change(ALICE, TODOS, id, text("wine"), ANY);
    assertThat(first.toCompletableFuture()).isNotDone();
    log.run();
    assertThat(done(first).version()).isEqualTo(2);
    assertThat(done(last).version()).isEqualTo(3);
    // The later text, and from the earlier change what the later one says nothing of.
    assertThat(payloadOf(id)).isEqualTo("{\"text\":\"wine\",\"completed\":true}");
  }

  @Test
  void letsOneOfTwoWinWhoSawTheSameVersion() {
    String id = add("milk");
    log.held = true;
    CompletionStage<Receipt> first = change(id, text("bread"), OptionalInt.of(1));
    CompletionStage<Receipt> second = change(id, completed(true), OptionalInt.of(1));
    log.run();
    assertThat(done(first).version()).isEqualTo(2);
    assertConflict(second);
  }

  // ---- limits

  @Test
  void takesTextUpToItsLimitOnly() {
    String longest = "x".repeat(ListService.MAX_TEXT);
    String id = add(longest);
    done(change(id, text(longest), ANY));
    int before = rows.size();
    assertThat(weights).singleElement().satisfies(w -> assertThat(w).isGreaterThan(4_000));
    refused(ErrorCode.TOO_LARGE, id, longest + 'x');
    for (String text : List.of("", " \n\t", "a\u0000b", "half \ud83d", "\ude00")) {
      refused(ErrorCode.MALFORMED, id, text);
    }
    assertThat(rows).hasSize(before);
    assertThat(payloadOf(id)).contains(longest);
  }

  private void refused(ErrorCode code, String id, String text) {
    assertRefused(code, () -> service.add(ALICE, TODOS, text, "", "rest"));
    assertRefused(code, () -> change(id, text(text), ANY));
  }

  @Test
  void refusesAChangeOfNothing() {
    String id = add("milk");
    for (JsonObject nothing :
        List.of(
            new JsonObject(),
            new JsonObject().put("title", "bread"),
            new JsonObject().put("text", 5),
            new JsonObject().put("completed", "yes"))) {
      assertRefused(ErrorCode.MALFORMED, () -> change(id, nothing, ANY));
    }
    assertThat(weights).isEmpty();
  }

  @Test
  void refusesPagesThatAreNone() {
    for (int limit : new int[] {Integer.MIN_VALUE, 0, ListService.MAX_PAGE + 1}) {
      assertRefused(ErrorCode.MALFORMED, () -> service.list(ALICE, TODOS, 0, limit));
    }
    assertRefused(ErrorCode.MALFORMED, () -> service.list(ALICE, TODOS, -1, 10));
    assertThat(service.list(ALICE, TODOS, Long.MAX_VALUE, ListService.MAX_PAGE).items()).isEmpty();
  }

  // ---- pages

  @Test
  void listsItemsInTheOrderOfTheirMakingPageByPage() {
    for (int i = 1; i <= 5; i++) {
      add("item " + i);
    }
    done(service.delete(ALICE, TODOS, "id-2", ANY));
    done(change("id-1", completed(true), ANY));
    rows.add(row(6, "cursor", "{}", ""));
    ListService.Items first = service.list(BOB, TODOS, 0, 2);
    assertThat(ids(first)).containsExactly("id-1", "id-3");
    assertThat(first.hasMore()).isTrue();
    assertThat(first.position()).isEqualTo(new Cursor("k", 6));
    ListService.Items rest = service.list(BOB, TODOS, first.after(), 3);
    assertThat(ids(rest)).containsExactly("id-4", "id-5");
    assertThat(rest.hasMore()).isFalse();
  }

  @Test
  void findsTheFewItemsAmongManyThatAreDeleted() {
    for (int i = 1; i <= 1_800; i++) {
      Publication.Change change =
          i % 600 == 0 ? Publication.Change.CREATED : Publication.Change.DELETED;
      rows.add(row(i, change, "todo", "{}", "", 1));
    }
    ListService.Items all = service.list(ALICE, TODOS, 0, 10);
    assertThat(ids(all)).containsExactly("id-600", "id-1200", "id-1800");
    assertThat(all.hasMore()).isFalse();
    ListService.Items two = service.list(ALICE, TODOS, 0, 2);
    assertThat(ids(two)).containsExactly("id-600", "id-1200");
    assertThat(two.hasMore()).isTrue();
    assertThat(ids(service.list(ALICE, TODOS, two.after(), 2))).containsExactly("id-1800");
  }

  private static List<String> ids(ListService.Items items) {
    return items.items().stream().map(Publication::id).toList();
  }

  // ---- where

  @Test
  void knowsNoItemsInAChannelOfAnotherKind() {
    refusedEverywhere(ErrorCode.NOT_FOUND, ALICE, CHAT);
  }

  @Test
  void tellsNobodyOfAListThatHeMayNotSee() {
    refusedEverywhere(ErrorCode.FORBIDDEN, ALICE, MISSING);
    refusedEverywhere(ErrorCode.FORBIDDEN, BOB, SECRET);
    assertThat(service.list(ALICE, SECRET, 0, 10).items()).isEmpty();
    assertThat(service.list(PROGRAM, SECRET, 0, 10).items()).isEmpty();
  }

  private void refusedEverywhere(ErrorCode code, Identity by, ChannelName name) {
    assertRefused(code, () -> service.list(by, name, 0, 10));
    assertRefused(code, () -> service.add(by, name, "milk", "", "rest"));
    assertRefused(code, () -> service.change(by, name, "id-1", text("bread"), ANY));
    assertRefused(code, () -> service.delete(by, name, "id-1", ANY));
    assertThat(rows).isEmpty();
  }
}
