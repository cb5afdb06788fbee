package io.carillon.gateway;

import io.carillon.application.Draft;
import io.carillon.application.HistoryRequest;
import io.carillon.application.Since;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.UserId;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What a client may send. */
public sealed interface ClientFrame {

  /** What the answer is to carry so that the client can tell which one it is. */
  Ref ref();

  void dispatchTo(Handler handler);

  /** Whether handling it may wait, for the database for instance. */
  default boolean mayWait() {
    return true;
  }

  /**
   * The client's own mark of a frame.
   *
   * @param json a string or a whole number as JSON text, or the empty string for none
   */
  record Ref(String json) {
    public static final Ref NONE = new Ref("");

    public boolean isPresent() {
      return !json.isEmpty();
    }
  }

  /** What happens for each of them. */
  interface Handler {
    void onJoin(Join frame);

    void onLeave(Leave frame);

    void onHistory(History frame);

    void onSend(Send frame);

    void onEdit(Edit frame);

    void onDelete(Delete frame);

    void onTyping(Typing frame);

    void onRead(Read frame);

    void onPresenceOfUsers(PresenceOfUsers frame);

    void onPresenceOfChannel(PresenceOfChannel frame);

    void onRenew(Renew frame);

    void onPing(Ping frame);

    void onInvalid(Invalid frame);
  }

  /**
   * @param limit changes to catch up on at most; 0 for all that are kept
   */
  record Join(Ref ref, ChannelName channel, Since since, OptionalInt limit) implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onJoin(this);
    }
  }

  record Leave(Ref ref, ChannelName channel) implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onLeave(this);
    }

    @Override
    public boolean mayWait() {
      return false;
    }
  }

  /**
   * @param offset where to start, exclusive; empty for the end
   */
  record History(
      Ref ref,
      ChannelName channel,
      HistoryRequest.Direction direction,
      OptionalLong offset,
      int limit)
      implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onHistory(this);
    }
  }

  record Send(Ref ref, ChannelName channel, Draft draft) implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onSend(this);
    }

    @Override
    public boolean mayWait() {
      return false; // the log answers later; a reader's thread is not kept
    }
  }

  /**
   * @param payload JSON text
   * @param version the version that the client saw; empty: the last write wins
   */
  record Edit(Ref ref, ChannelName channel, String id, String payload, OptionalInt version)
      implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onEdit(this);
    }

    @Override
    public boolean mayWait() {
      return false;
    }
  }

  record Delete(Ref ref, ChannelName channel, String id, OptionalInt version)
      implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onDelete(this);
    }

    @Override
    public boolean mayWait() {
      return false;
    }
  }

  record Typing(Ref ref, ChannelName channel, boolean isTyping) implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onTyping(this);
    }
  }

  record Read(Ref ref, ChannelName channel, long offset) implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onRead(this);
    }
  }

  record PresenceOfUsers(Ref ref, List<UserId> users) implements ClientFrame {
    public PresenceOfUsers {
      users = List.copyOf(users);
    }

    @Override
    public void dispatchTo(Handler handler) {
      handler.onPresenceOfUsers(this);
    }
  }

  record PresenceOfChannel(Ref ref, ChannelName channel) implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onPresenceOfChannel(this);
    }
  }

  record Renew(Ref ref, String token) implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onRenew(this);
    }

    @Override
    public String toString() {
      return "Renew"; // never the token
    }
  }

  record Ping(Ref ref) implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onPing(this);
    }

    @Override
    public boolean mayWait() {
      return false;
    }
  }

  /** Something else, with the reason why it is none of the others. */
  record Invalid(Ref ref, RealtimeException reason) implements ClientFrame {
    @Override
    public void dispatchTo(Handler handler) {
      handler.onInvalid(this);
    }

    @Override
    public boolean mayWait() {
      return false;
    }
  }
}
