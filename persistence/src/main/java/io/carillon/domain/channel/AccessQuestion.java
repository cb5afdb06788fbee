package io.carillon.domain.channel;

import io.carillon.domain.user.UserId;
import java.util.function.Consumer;

/** What somebody may want to do in a channel, each with the check that decides about it. */
public enum AccessQuestion {
  READ(Access::checkRead),
  PUBLISH(Access::checkPublish),
  TYPE(Access::checkTyping),
  EDIT_OWN(access -> access.checkEdit(access.userId().value())),
  EDIT_OTHERS(access -> access.checkEdit(Constants.NOBODY)),
  DELETE_OWN(access -> access.checkDelete(access.userId().value())),
  DELETE_OTHERS(access -> access.checkDelete(Constants.NOBODY)),
  JOIN(Access::checkJoin),
  SEE(Access::checkVisible),
  MANAGE(Access::checkManage),
  ADD_MEMBER(access -> access.checkAdd(Role.WRITER)),
  REMOVE_MEMBER(access -> access.checkRemove(Constants.SOMEBODY, Role.WRITER, 1)),
  MUTE(access -> access.checkMute(Role.WRITER));

  private static final class Constants {
    static final String NOBODY = ""; // no user is called so
    static final UserId SOMEBODY = new UserId("somebody else");
  }

  private final Consumer<Access> check;

  AccessQuestion(Consumer<Access> check) {
    this.check = check;
  }

  /**
   * Throws what the one who asks would be told.
   *
   * @throws io.carillon.domain.error.RealtimeException if it is not allowed
   */
  public void check(Access access) {
    check.accept(access);
  }
}
