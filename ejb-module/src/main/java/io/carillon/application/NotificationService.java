package io.carillon.application;

import io.carillon.bus.Bus;
import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.node.Workers;
import io.carillon.security.RateLimiter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Notifications, which are messages on a user's inbox, and announcements, which are messages on the
 * organization's channel. Stages complete after the commit, on a thread that must not be blocked,
 * and fail with a {@link RealtimeException}. Any thread.
 */
@ApplicationScoped
public class NotificationService {
  /** Entries of one page at most. */
  public static final int MAX_PAGE = 200;

  private static final String NOTIFICATION = "notification";
  private static final String ANNOUNCEMENT = "announcement";
  private static final int MAX_PAGE_BYTES = 1 << 20;

  /** Entries that one request looks at for unread ones; the next page goes on from there. */
  private static final int MAX_SCANNED = 1_000;

  private static final int MARKS_AT_ONCE = 200;

  private final MessageService messages;
  private final MessageRepository repository;
  private final ChannelRepository channels;
  private final RateLimiter rates;
  private final Bus bus;
  private final Workers workers;

  protected NotificationService() { // for the client proxy
    this(null, null, null, null, null, null);
  }

  @Inject
  public NotificationService(
      MessageService messages,
      MessageRepository repository,
      ChannelRepository channels,
      RateLimiter rates,
      Bus bus,
      Workers workers) {
    this.messages = messages;
    this.repository = repository;
    this.channels = channels;
    this.rates = rates;
    this.bus = bus;
    this.workers = workers;
  }

  /**
   * A page of notifications or announcements.
   *
   * @param entries latest first, without deleted ones
   * @param before where the next page begins, for the same call; only with {@code hasMore}
   */
  public record Entries(List<Publication> entries, boolean hasMore, long before) {
    public Entries {
      entries = List.copyOf(entries);
    }
  }

  /**
   * Notifies a user. Organization admins and programs with an API key may; the user need not have
   * been here before.
   *
   * @param clientId the sender's idempotency key, or the empty string
   * @throws RealtimeException with {@code FORBIDDEN} or {@code RATE_LIMITED}
   */
  public CompletionStage<Receipt> notify(
      Identity by, UserId user, Notice notice, String clientId, String transport) {
    ChannelName inbox = ChannelName.inboxOf(user);
    return send(by, inbox, notification(notice, clientId), transport);
  }

  /** Tells everybody in the organization; as {@link #notify}. */
  public CompletionStage<Receipt> announce(
      Identity by, Notice notice, String clientId, String transport) {
    ChannelName everybody = ChannelName.announcementsOf(by.organization());
    return send(by, everybody, announcement(notice, clientId), transport);
  }

  /** The message that a notification is. */
  static Draft notification(Notice notice, String clientId) {
    return new Draft(NOTIFICATION, payload(notice), clientId);
  }

  /** The message that an announcement is. */
  static Draft announcement(Notice notice, String clientId) {
    return new Draft(ANNOUNCEMENT, payload(notice), clientId);
  }

  private static String payload(Notice notice) {
    return notice.toPayload().toString();
  }

  private CompletionStage<Receipt> send(
      Identity by, ChannelName name, Draft draft, String transport) {
    if (!by.isAdmin() && by.kind() == Identity.Kind.USER) {
      throw Access.forbidden(); // before a channel is made for it
    }
    rates.take(by);
    ChannelKey key = new ChannelKey(by.organization(), name);
    if (channels.find(key).isEmpty()) {
      channels.ensureSystemChannel(key);
      // Somebody may remember that there was none.
      bus.announce(RightsChange.ofChannel(by.organization(), name));
    }
    return messages.post(by, name, draft, transport);
  }

  /**
   * The caller's notifications, latest first.
   *
   * @param unreadOnly without those that are read or acknowledged
   * @param before offset, exclusive; {@link Long#MAX_VALUE} for the latest
   * @param limit 1 to {@value #MAX_PAGE}
   * @throws RealtimeException with {@code FORBIDDEN} for a program, which has no inbox
   */
  public Entries list(Identity by, boolean unreadOnly, long before, int limit) {
    return entries(inboxOf(by), unreadOnly, before, limit);
  }

  /** The organization's announcements, latest first; as {@link #list}. */
  public Entries announcements(Identity by, long before, int limit) {
    ChannelName everybody = ChannelName.announcementsOf(by.organization());
    ChannelKey key = new ChannelKey(by.organization(), everybody);
    return entries(key, false, before, limit);
  }

  private Entries entries(ChannelKey channel, boolean unreadOnly, long before, int limit) {
    if (limit < 1 || limit > MAX_PAGE || before < 0) {
      throw new RealtimeException(ErrorCode.MALFORMED, "page");
    }
    if (channels.find(channel).isEmpty()) {
      return new Entries(List.of(), false, 0); // made with its first entry
    }
    List<Publication> found = new ArrayList<>();
    long next = before;
    boolean more = true;
    for (int scanned = 0; more && scanned < MAX_SCANNED && found.size() < limit; ) {
      HistoryPage page = repository.historyBefore(channel, next, limit, MAX_PAGE_BYTES);
      List<Publication> latestFirst = new ArrayList<>(page.messages());
      Collections.reverse(latestFirst);
      more = page.hasMore();
      for (Publication entry : latestFirst) {
        if (found.size() == limit) {
          more = true;
          break;
        }
        scanned++;
        next = entry.offset();
        if (isListed(entry, unreadOnly)) {
          found.add(entry);
        }
      }
    }
    return new Entries(found, more, next);
  }

  private static boolean isListed(Publication entry, boolean unreadOnly) {
    return entry.change() != Publication.Change.DELETED
        && (!unreadOnly || entry.state().compareTo(InboxState.READ) < 0);
  }

  /**
   * How many of the caller's notifications are not read.
   *
   * @throws RealtimeException with {@code FORBIDDEN} for a program
   */
  public long countUnread(Identity by) {
    return repository.unreadNotifications(inboxOf(by));
  }

  /**
   * Raises the state of one of the caller's notifications; a lower one than it has changes nothing.
   *
   * @return the entry as it is now; fails with {@code NOT_FOUND}
   * @throws RealtimeException with {@code FORBIDDEN} for a program
   */
  public CompletionStage<Publication> mark(Identity by, String id, InboxState state) {
    return messages
        .mark(by, inboxOf(by).name(), id, state)
        .handle(
            (receipt, failure) -> {
              if (failure == null) {
                return receipt.publication();
              }
              RealtimeException reason = Failures.of(failure);
              // Nobody is kept from the own inbox, but it is only made with its first entry.
              throw reason.code() == ErrorCode.FORBIDDEN
                  ? new RealtimeException(ErrorCode.NOT_FOUND, "notification")
                  : reason;
            });
  }

  /**
   * Marks all of the caller's notifications as read, a bounded batch at a time. Those that come
   * meanwhile may be among them or not.
   *
   * @return how many it were; fails when one could not be marked, the ones before it are
   * @throws RealtimeException with {@code FORBIDDEN} for a program
   */
  public CompletionStage<Integer> readAll(Identity by) {
    return readMore(by, inboxOf(by), 0);
  }

  private CompletionStage<Integer> readMore(Identity by, ChannelKey inbox, int marked) {
    List<String> ids = repository.idsBelow(inbox, InboxState.READ, MARKS_AT_ONCE);
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    for (String id : ids) {
      CompletionStage<Publication> one = mark(by, id, InboxState.READ);
      all = all.thenCombine(one, (before, entry) -> null);
    }
    int sum = marked + ids.size();
    if (ids.size() < MARKS_AT_ONCE) {
      return all.thenApply(done -> sum);
    }
    // The next batch asks the database, which the log's own thread must not wait for.
    return all.thenComposeAsync(done -> readMore(by, inbox, sum), workers.io());
  }

  private static ChannelKey inboxOf(Identity by) {
    if (by.kind() != Identity.Kind.USER) {
      throw Access.forbidden();
    }
    return new ChannelKey(by.organization(), ChannelName.inboxOf(by.userId()));
  }
}
