package io.carillon.domain.message;

import io.carillon.domain.audit.Circumstances;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.user.Identity;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/**
 * Something that somebody wants done to a channel's log. Each one that succeeds takes one offset.
 */
public sealed interface LogCommand {
  ChannelKey channel();

  Identity author();

  /** Bytes that this command holds in memory while it waits, about. */
  int weightBytes();

  /** Calls the handler's method for this kind of command. */
  <R> R dispatchTo(Handler<R> handler);

  /** One method for each kind of command: a new kind does not compile until all know it. */
  interface Handler<R> {
    R onSend(Send command);

    R onEdit(Edit command);

    R onDelete(Delete command);

    R onMark(Mark command);
  }

  /**
   * A new message.
   *
   * @param id UUIDv7, made by the server
   * @param payload JSON text on one line
   * @param clientId the sender's idempotency key, at most 64 characters, or the empty string
   */
  record Send(
      ChannelKey channel, Identity author, String id, String name, String payload, String clientId)
      implements LogCommand {
    public Send {
      Objects.requireNonNull(channel);
      Objects.requireNonNull(author);
      Objects.requireNonNull(id);
      Objects.requireNonNull(name);
      Objects.requireNonNull(payload);
      Objects.requireNonNull(clientId);
    }

    @Override
    public int weightBytes() {
      return 256 + payload.length();
    }

    @Override
    public <R> R dispatchTo(Handler<R> handler) {
      return handler.onSend(this);
    }
  }

  /**
   * Another payload for a message.
   *
   * @param change from the present payload to the new one; runs inside the transaction, so it is
   *     quick and touches nothing else
   * @param expectedVersion the version that the author saw; empty: the last write wins
   * @param circumstances for the audit, if this is another's message
   */
  record Edit(
      ChannelKey channel,
      Identity author,
      String messageId,
      UnaryOperator<String> change,
      OptionalInt expectedVersion,
      int weightBytes,
      Circumstances circumstances)
      implements LogCommand {
    /** In the circumstances of the thread that makes it. */
    public Edit(
        ChannelKey channel,
        Identity author,
        String messageId,
        UnaryOperator<String> change,
        OptionalInt expectedVersion,
        int weightBytes) {
      this(
          channel,
          author,
          messageId,
          change,
          expectedVersion,
          weightBytes,
          Circumstances.current());
    }

    @Override
    public <R> R dispatchTo(Handler<R> handler) {
      return handler.onEdit(this);
    }
  }

  /**
   * Takes a message's content away; its place stays.
   *
   * @param circumstances for the audit, if this is another's message
   */
  record Delete(
      ChannelKey channel,
      Identity author,
      String messageId,
      OptionalInt expectedVersion,
      Circumstances circumstances)
      implements LogCommand {
    /** In the circumstances of the thread that makes it. */
    public Delete(
        ChannelKey channel, Identity author, String messageId, OptionalInt expectedVersion) {
      this(channel, author, messageId, expectedVersion, Circumstances.current());
    }

    @Override
    public int weightBytes() {
      return 256;
    }

    @Override
    public <R> R dispatchTo(Handler<R> handler) {
      return handler.onDelete(this);
    }
  }

  /**
   * Raises the state of an entry in the author's own inbox; lower than the present one: no change,
   * no offset.
   */
  record Mark(ChannelKey channel, Identity author, String messageId, InboxState state)
      implements LogCommand {
    @Override
    public int weightBytes() {
      return 256;
    }

    @Override
    public <R> R dispatchTo(Handler<R> handler) {
      return handler.onMark(this);
    }
  }
}
