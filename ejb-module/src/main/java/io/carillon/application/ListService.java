package io.carillon.application;

import io.carillon.domain.Text;
import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRules;
import io.carillon.domain.channel.Cursor;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.Identity;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * Shared todo lists: each item is a message on a channel of kind {@link ChannelKind#LIST}, each
 * change an edit of it. Stages complete after the commit, on a thread that must not be blocked, and
 * fail with a {@link RealtimeException}. Any thread.
 */
@ApplicationScoped
public class ListService {
  /** Characters of an item's text at most. */
  public static final int MAX_TEXT = 4_000;

  /** Items of one page at most. */
  public static final int MAX_PAGE = 1_000;

  private static final String TODO = "todo";
  private static final int EDIT_BYTES = 256;
  private static final int ROWS_AT_ONCE = 500;
  private static final int MAX_PAGE_BYTES = 1 << 20;

  private final ChannelDirectory directory;
  private final MessageService messages;
  private final MessageRepository repository;

  protected ListService() { // for the client proxy
    this(null, null, null);
  }

  @Inject
  public ListService(
      ChannelDirectory directory, MessageService messages, MessageRepository repository) {
    this.directory = directory;
    this.messages = messages;
    this.repository = repository;
  }

  /**
   * A page of a list.
   *
   * @param items in the order in which they were made, without deleted ones
   * @param after where the next page begins; only with {@code hasMore}
   * @param position a stream from here on brings every change that these items lack
   */
  public record Items(List<Publication> items, boolean hasMore, long after, Cursor position) {
    public Items {
      items = List.copyOf(items);
    }
  }

  /**
   * A list's items.
   *
   * @param after offset, exclusive; 0 for the first page
   * @param limit 1 to {@value #MAX_PAGE}
   * @throws RealtimeException with {@code FORBIDDEN}, {@code NOT_FOUND} for a channel that is no
   *     list, or {@code MALFORMED}
   */
  public Items list(Identity by, ChannelName name, long after, int limit) {
    if (limit < 1 || limit > MAX_PAGE || after < 0) {
      throw new RealtimeException(ErrorCode.MALFORMED, "page");
    }
    requireList(by, name).checkRead();
    ChannelKey channel = new ChannelKey(by.organization(), name);
    List<Publication> items = new ArrayList<>();
    long next = after;
    Cursor position = null;
    boolean more = true;
    while (more && items.size() < limit) {
      HistoryPage page = repository.historyAfter(channel, next, ROWS_AT_ONCE, MAX_PAGE_BYTES);
      if (position == null) {
        position = page.position(); // of the first page: what changes while the others are read
      }
      more = page.hasMore();
      for (Publication item : page.messages()) {
        if (items.size() == limit) {
          more = true;
          break;
        }
        next = item.offset();
        if (item.change() != Publication.Change.DELETED && item.name().equals(TODO)) {
          items.add(item);
        }
      }
    }
    return new Items(items, more, next, position);
  }

  /**
   * Adds an item.
   *
   * @param text 1 to {@value #MAX_TEXT} characters
   * @param clientId the sender's idempotency key, or the empty string
   * @throws RealtimeException with {@code FORBIDDEN}, {@code NOT_FOUND} for a channel that is no
   *     list, {@code MALFORMED} or {@code TOO_LARGE}
   */
  public CompletionStage<Receipt> add(
      Identity by, ChannelName name, String text, String clientId, String transport) {
    requireList(by, name);
    JsonObject payload = new JsonObject().put("text", checked(text)).put("completed", false);
    return messages.send(by, name, new Draft(TODO, payload.toString(), clientId), transport);
  }

  /**
   * Changes an item: what the change leaves out stays as it is then, whoever changed it meanwhile.
   *
   * @param change members {@code text} and {@code completed}, at least one; others are not looked
   *     at
   * @param version the one that the caller saw; empty: the last write wins
   * @return fails with {@code NOT_FOUND}, or a {@link
   *     io.carillon.domain.message.StaleVersionException} with the item as it is
   * @throws RealtimeException as {@link #add}
   */
  public CompletionStage<Receipt> change(
      Identity by, ChannelName name, String id, JsonObject change, OptionalInt version) {
    requireList(by, name);
    JsonObject changed = new JsonObject();
    change.string("text").ifPresent(text -> changed.put("text", checked(text)));
    change.bool("completed").ifPresent(done -> changed.put("completed", done));
    if (changed.members().isEmpty()) {
      throw new RealtimeException(ErrorCode.MALFORMED, "neither text nor completed");
    }
    int weightBytes = EDIT_BYTES + changed.toString().length();
    return messages.edit(by, name, id, merging(changed), weightBytes, version);
  }

  /** Runs inside the log's transaction, on the item as it is there. */
  private static UnaryOperator<String> merging(JsonObject changed) {
    return present -> {
      JsonObject item = Json.parseObject(present);
      changed.members().forEach(item::put);
      return item.toString();
    };
  }

  /**
   * Removes an item.
   *
   * @param version the one that the caller saw; empty: whatever it is
   * @return fails as {@link #change}
   * @throws RealtimeException with {@code FORBIDDEN}, or {@code NOT_FOUND} for a channel that is no
   *     list
   */
  public CompletionStage<Receipt> delete(
      Identity by, ChannelName name, String id, OptionalInt version) {
    requireList(by, name);
    return messages.delete(by, name, id, version);
  }

  /** Whether it is a list; the log checks the rights again, in the transaction of the change. */
  private Access requireList(Identity by, ChannelName name) {
    Access access = directory.recentAccess(by, name).orElseThrow(Access::forbidden);
    access.checkInside();
    ChannelRules rules = directory.recentRules(by, name).orElseThrow(Access::forbidden);
    if (rules.kind() != ChannelKind.LIST) {
      throw new RealtimeException(ErrorCode.NOT_FOUND, "not a list");
    }
    return access;
  }

  private static String checked(String text) {
    if (text.isBlank()) {
      throw new RealtimeException(ErrorCode.MALFORMED, "text");
    }
    return Text.checked(text, MAX_TEXT, "text");
  }
}
