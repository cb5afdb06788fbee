package io.carillon.facade;

import java.util.List;

/**
 * Carillon for other applications on the same server: the remote view, which takes and gives values
 * that cross class loaders. {@link Carillon} is the same for code inside Carillon's own
 * application.
 *
 * <p><b>Who calls is trusted.</b> There is no log-in and no limit of rate: each call says for whom
 * it speaks ({@link Author}) and decides there like an owner. All other rules hold: the channel
 * exists and is not archived, sizes, one message for one client id.
 *
 * <p><b>Inside a Jakarta Transactions transaction of the caller</b> everything but {@link
 * #presence} happens with that transaction. It is stored by its commit, in the same database
 * transaction where both use the same data source; others see it after that, and never if it rolls
 * back. Until the commit nothing is locked, so calls may name channels in any order. A message gets
 * its offset while the transaction commits; if it cannot be stored then, since its channel was
 * archived meanwhile for instance, the whole transaction rolls back. At most 1,000 calls and 16 MiB
 * in one transaction. From the first call on it holds a connection, which the database ends if it
 * is idle for long.
 *
 * <p><b>Without one</b> a call returns when it is done: a message is durable then, and on its way.
 *
 * <p><b>Failures</b> are {@link CarillonException}s. Inside a transaction each of them also has the
 * transaction rolled back: who wants to go on without the message calls outside of it. The codes
 * are:
 *
 * <ul>
 *   <li>{@code FORBIDDEN}: there is no such organization or channel, or it is one that is written
 *       to by {@link #notify} and {@link #announce} alone, or has no members
 *   <li>{@code ARCHIVED}: the channel is
 *   <li>{@code MALFORMED}: a name, id, role, payload or address that cannot be one
 *   <li>{@code TOO_LARGE}: more than the server's or the channel's limit of a message, than 1,000
 *       users at once, or than fits in one transaction
 *   <li>{@code CONFLICT}: the channel's log is full, or the transaction is committing already
 *   <li>{@code OVERLOADED}: the database is away or too much waits; try again later. Without a
 *       transaction the message may be stored all the same: send it again with the same client id
 *   <li>{@code DRAINING}: this node is stopping
 *   <li>{@code INTERNAL}: a fault of Carillon's; the message holds the reference of its log line
 * </ul>
 *
 * <p>Any thread, but none that observes inside a transaction's end.
 */
public interface CarillonRemote {

  /** Sends a message to a channel; one without a log hands it on, and keeps nothing. */
  Sent publish(Author author, String channel, Post post);

  /**
   * Notifies a user, whether that user was ever here or not.
   *
   * @param userId 1 to 64 characters
   */
  Sent notify(Author author, String userId, Note note);

  /** Tells everybody in the author's organization. */
  Sent announce(Author author, Note note);

  /**
   * Makes a user a member of a channel; who is one already keeps the present role.
   *
   * @param role {@code OWNER}, {@code MODERATOR}, {@code WRITER} or {@code READER}
   * @return whether the user was no member
   */
  boolean addMember(Author author, String channel, String userId, String role);

  /**
   * Who of these users is there, on any node; each once, in this order. It is no part of the
   * transaction.
   *
   * @param userIds at most 1,000
   */
  List<Presence> presence(String organization, List<String> userIds);
}
