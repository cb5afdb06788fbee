package io.carillon.application;

import static io.carillon.application.Callers.ADMIN;
import static io.carillon.application.Callers.ALICE;
import static io.carillon.application.Callers.BOB;
import static io.carillon.application.Callers.PROGRAM;
import static io.carillon.application.Callers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.Cursor;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.node.ThreadWorkers;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NotificationServiceTest {
  private static final Notice NOTICE = new Notice("invoice", "New", "", "/x");
  private static final ChannelName INBOX = ChannelName.inboxOf(ALICE.userId());

  private final List<Publication> inbox = new ArrayList<>(); // by offset
  private final List<String> posted = new ArrayList<>();
  private final MemoryChannels channels = new MemoryChannels(new MemoryMembers());
  private final RecordingBus bus = new RecordingBus();
  private final ThreadWorkers workers = new ThreadWorkers();
  private int pagesRead;
  private RealtimeException refusal; // of the next marks; null for none
  private final NotificationService service =
      new NotificationService(
          new FakeMessages(), repository(), channels, sender -> {}, bus, workers);

  @AfterEach
  void stop() {
    workers.close();
  }

  private final class FakeMessages extends MessageService {
    @Override
    CompletionStage<Receipt> post(Identity by, ChannelName channel, Draft draft, String transport) {
      posted.add(channel + " " + draft.name() + ' ' + draft.payload());
      return CompletableFuture.completedStage(null);
    }

    @Override
    CompletionStage<Receipt> mark(
        Identity by, ChannelName channel, String messageId, InboxState state) {
      if (refusal != null) {
        return CompletableFuture.failedStage(refusal);
      }
      synchronized (inbox) {
        int at = Integer.parseInt(messageId) - 1;
        inbox.set(at, entry(at + 1, state, Publication.Change.UPDATED));
        return CompletableFuture.completedStage(new Receipt(inbox.get(at), false));
      }
    }
  }

  private MessageRepository repository() {
    return (MessageRepository)
        Proxy.newProxyInstance(
            MessageRepository.class.getClassLoader(),
            new Class<?>[] {MessageRepository.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "historyBefore" -> page((long) arguments[1], (int) arguments[2]);
                  case "idsBelow" -> unread((int) arguments[2]);
                  default -> throw new AssertionError(method);
                });
  }

  private HistoryPage page(long before, int limit) {
    pagesRead++;
    List<Publication> older = inbox.stream().filter(entry -> entry.offset() < before).toList();
    int from = Math.max(0, older.size() - limit);
    return new HistoryPage(older.subList(from, older.size()), from > 0, new Cursor("k", 9));
  }

  private List<String> unread(int limit) {
    synchronized (inbox) {
      return inbox.stream()
          .filter(entry -> entry.state().compareTo(InboxState.READ) < 0)
          .map(Publication::id)
          .limit(limit)
          .toList();
    }
  }

  private static Publication entry(long offset, InboxState state, Publication.Change change) {
    return new Publication(
        new ChannelKey("demo", INBOX),
        ChannelKind.INBOX,
        "k",
        offset,
        offset,
        change,
        Long.toString(offset),
        "notification",
        "{}",
        "admin",
        "Admin",
        "",
        "",
        1,
        0,
        1,
        state);
  }

  /** Fills the inbox; every {@code unreadEach}th entry is unread. */
  private void receive(int entries, int unreadEach) {
    channels.ensureSystemChannel(new ChannelKey("demo", INBOX));
    for (int i = 1; i <= entries; i++) {
      InboxState state = i % unreadEach == 0 ? InboxState.NEW : InboxState.READ;
      inbox.add(entry(i, state, Publication.Change.CREATED));
    }
  }

  private static List<Long> offsets(NotificationService.Entries page) {
    return page.entries().stream().map(Publication::offset).toList();
  }

  @Test
  void makesAnInboxForTheFirstNotificationAndTellsThatThereIsOneNow() {
    service.notify(ADMIN, ALICE.userId(), NOTICE, "", "rest");
    service.notify(PROGRAM, ALICE.userId(), NOTICE, "", "rest");
    assertThat(channels.find(new ChannelKey("demo", INBOX))).isPresent();
    assertThat(bus.told).containsExactly(RightsChange.ofChannel("demo", INBOX));
    assertThat(posted).hasSize(2);
    assertThat(posted.get(0))
        .isEqualTo(
            "user:alice notification"
                + " {\"type\":\"invoice\",\"title\":\"New\",\"message\":\"\",\"url\":\"/x\"}");
  }

  @Test
  void makesNoChannelForWhoeverMayNotSend() {
    assertRefused(
        ErrorCode.FORBIDDEN, () -> service.notify(BOB, ALICE.userId(), NOTICE, "", "rest"));
    assertRefused(ErrorCode.FORBIDDEN, () -> service.announce(BOB, NOTICE, "", "rest"));
    assertThat(channels.find(new ChannelKey("demo", INBOX))).isEmpty();
    assertThat(posted).isEmpty();
  }

  @Test
  void givesAProgramNoInbox() {
    assertRefused(ErrorCode.FORBIDDEN, () -> service.list(PROGRAM, false, Long.MAX_VALUE, 10));
    assertRefused(ErrorCode.FORBIDDEN, () -> service.countUnread(PROGRAM));
    assertRefused(ErrorCode.FORBIDDEN, () -> service.mark(PROGRAM, "1", InboxState.READ));
    assertRefused(ErrorCode.FORBIDDEN, () -> service.readAll(PROGRAM));
  }

  @Test
  void listsLatestFirstWithoutDeletedOnes() {
    receive(5, 1);
    inbox.set(3, entry(4, InboxState.NEW, Publication.Change.DELETED));
    NotificationService.Entries page = service.list(ALICE, false, Long.MAX_VALUE, 3);
    assertThat(offsets(page)).containsExactly(5L, 3L, 2L);
    assertThat(page.hasMore()).isTrue();
    NotificationService.Entries rest = service.list(ALICE, false, page.before(), 3);
    assertThat(offsets(rest)).containsExactly(1L);
    assertThat(rest.hasMore()).isFalse();
  }

  @Test
  void findsEveryUnreadOneAmongManyThatAreRead() {
    receive(3_000, 700);
    List<Long> found = new ArrayList<>();
    long before = Long.MAX_VALUE;
    NotificationService.Entries page;
    do {
      int readBefore = pagesRead;
      page = service.list(ALICE, true, before, 100);
      assertThat(pagesRead - readBefore).isLessThanOrEqualTo(10); // 1,000 entries for one request
      found.addAll(offsets(page));
      before = page.before();
    } while (page.hasMore());
    assertThat(found).containsExactly(2_800L, 2_100L, 1_400L, 700L);
  }

  @Test
  void readsAnInboxThatNobodyHasWrittenToAsEmpty() {
    NotificationService.Entries page = service.list(ALICE, false, Long.MAX_VALUE, 10);
    assertThat(page.entries()).isEmpty();
    assertThat(page.hasMore()).isFalse();
  }

  @Test
  void marksAllInBatchesUntilNothingIsLeft() throws Exception {
    receive(450, 1);
    int marked = service.readAll(ALICE).toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(marked).isEqualTo(450);
    assertThat(unread(10)).isEmpty();
  }

  @Test
  void saysThatThereIsNoSuchEntryWhereThereIsNoInboxYet() {
    refusal = new RealtimeException(ErrorCode.FORBIDDEN, "channel");
    assertFails(ErrorCode.NOT_FOUND, service.mark(ALICE, "1", InboxState.READ));
    refusal = new RealtimeException(ErrorCode.OVERLOADED, "full");
    assertFails(ErrorCode.OVERLOADED, service.mark(ALICE, "1", InboxState.READ));
  }

  @Test
  void stopsMarkingWhenOneFails() {
    receive(450, 1);
    refusal = new RealtimeException(ErrorCode.OVERLOADED, "full");
    assertFails(ErrorCode.OVERLOADED, service.readAll(ALICE));
  }

  private static void assertFails(ErrorCode code, CompletionStage<?> stage) {
    assertThatThrownBy(() -> stage.toCompletableFuture().join())
        .isInstanceOf(CompletionException.class)
        .satisfies(e -> assertThat(Failures.of(e).code()).isEqualTo(code));
  }
}
