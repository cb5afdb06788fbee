package io.carillon.gateway;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.Objects;
import java.util.Optional;

/**
 * The way into a protocol whose clients say who they are only after they have connected. The
 * authentication filter checks host and origin before, and lets through whom the gate admits. Any
 * thread.
 */
public interface EntryGate {

  /**
   * Whoever comes.
   *
   * @param address the client's
   * @param identity who it is, where the request says so already
   * @param refusal why what the request says does not count
   */
  record Visitor(String address, Optional<Identity> identity, Optional<ErrorCode> refusal) {
    public Visitor {
      Objects.requireNonNull(address);
      Objects.requireNonNull(identity);
      Objects.requireNonNull(refusal);
    }
  }

  /** Whether a path, as the container has decoded it, leads here. */
  boolean covers(String path);

  /** Whether it matters who makes the request; otherwise its credentials are not looked at. */
  boolean asksWho(HttpServletRequest request);

  /**
   * Lets a request through, or answers it.
   *
   * @return what endpoint and servlet know the visit by; empty if it was answered
   */
  Optional<Principal> admit(
      HttpServletRequest request, HttpServletResponse response, Visitor visitor) throws IOException;

  /** Answers that host or origin are not allowed, or that nobody new is let in. */
  void refuse(HttpServletRequest request, HttpServletResponse response, RealtimeException reason)
      throws IOException;
}
