package io.carillon.rest;

import io.carillon.application.Arrivals;
import io.carillon.application.Connections;
import io.carillon.application.Failures;
import io.carillon.config.Settings;
import io.carillon.domain.audit.Circumstances;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.EntryGate;
import io.carillon.gateway.EntryGates;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import io.carillon.security.Authenticator;
import io.carillon.security.ClientAddress;
import io.carillon.security.ConnectionLimits;
import io.carillon.security.HeldPlace;
import io.carillon.security.IdentityPrincipal;
import io.carillon.security.Origins;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Stands before every request and decides, before any resource or upgrade, who is there and whether
 * it may come in from where it comes.
 *
 * <ol>
 *   <li>The {@code Host} must be a name of ours, else 403: see {@link Origins#allowsHost}.
 *   <li>An {@code Origin}, if there is one, must be allowed, else 403. Origins on the list get the
 *       headers of CORS, with credentials; never a wildcard.
 *   <li>The {@link Credentials} must be valid, else 401. A login's cookie or a session of the
 *       server, which a browser sends whoever asked it to, opens a socket only with an {@code
 *       Origin}, writes only with that of our own pages, and reads nothing for a page of another
 *       site.
 * </ol>
 *
 * <p>Whoever comes in is known to resources and endpoints by an {@link IdentityPrincipal}. Neither
 * tokens nor query strings, which may hold a ticket, are ever logged.
 */
@WebFilter(urlPatterns = "/*", asyncSupported = true)
public class AuthenticationFilter extends HttpFilter {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = System.getLogger(AuthenticationFilter.class.getName());

  private static final int UNAUTHORIZED = HttpServletResponse.SC_UNAUTHORIZED;
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");
  private static final String METHODS = "GET, POST, PUT, PATCH, DELETE";
  private static final String HEADERS = "Authorization, Content-Type, Last-Event-ID";
  private static final String PREFLIGHT_SECONDS = "600";

  /** Between the agreement on an upgrade and the socket's opening. */
  private static final Duration MAX_OPENING = Duration.ofSeconds(10);

  // The container makes it: fields, and no constructor of ours.
  @Inject transient Arrivals arrivals;
  @Inject transient EntryGates gates;
  @Inject transient Authenticator authenticator;
  @Inject transient ContainerCallers containerCallers;
  @Inject transient Origins origins;
  @Inject transient ClientFacts clients;
  @Inject transient Metrics metrics;
  @Inject transient Settings settings;
  @Inject transient Connections connections;
  @Inject transient ConnectionLimits limits;
  @Inject transient Workers workers;
  private transient SecurityHeaders headers;

  @Override
  public void init() throws ServletException {
    try {
      headers = SecurityHeaders.of(getServletContext());
    } catch (IOException e) {
      throw new ServletException("the page at / cannot be read", e);
    }
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Optional<EntryGate> gate = gates.at(GuardedPath.decoded(request));
    if (gate.isPresent()) {
      goThrough(gate.get(), request, response, chain);
      return;
    }
    GuardedPath path = GuardedPath.of(request);
    headers.addTo(response, path);
    if (path == GuardedPath.OPEN || path == GuardedPath.FRONT_END) {
      chain.doFilter(request, response);
      return;
    }
    Optional<String> origin;
    Arrivals.Turn turn;
    try {
      checkHost(request);
      origin = checkOrigin(request, response);
      if (isPreflight(request, origin)) {
        answerPreflight(response);
        return;
      }
      turn = path == GuardedPath.STREAM ? arrivals.take() : Arrivals.Turn.NONE;
    } catch (RuntimeException e) {
      refuse(request, response, Failures.of(e));
      return;
    }
    try (turn) {
      Optional<IdentityPrincipal> caller;
      Circumstances circumstances;
      try {
        caller = identify(request, path, origin);
        circumstances = circumstances(request, caller);
        if (isHandshake(request, path)) {
          caller = caller.map(this::admit);
        }
      } catch (RuntimeException e) {
        refuse(request, response, Failures.of(e));
        return;
      }
      try (Circumstances.Scope known = circumstances.begin()) {
        chain.doFilter(
            caller
                .<HttpServletRequest>map(who -> new Known(request, who, path == GuardedPath.STREAM))
                .orElse(request),
            response);
      } finally {
        caller.ifPresent(who -> giveBack(who.place(), response));
      }
    }
  }

  /** What the audit tells of a change beside who made it. */
  private static Circumstances circumstances(
      HttpServletRequest request, Optional<IdentityPrincipal> caller) {
    return new Circumstances(
        caller.map(IdentityPrincipal::address).orElse(""),
        READING.contains(request.getMethod()) ? "" : QueryText.of(request, "reason"));
  }

  /** The way of those who say who they are only after they have connected. */
  private void goThrough(
      EntryGate gate, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    headers.addTo(response, GuardedPath.STREAM);
    EntryGate.Visitor visitor;
    try {
      checkHost(request);
      Optional<String> origin = checkOrigin(request, response);
      if (isPreflight(request, origin)) {
        answerPreflight(response);
        return;
      }
      visitor =
          gate.asksWho(request)
              ? visitor(request, origin)
              : new EntryGate.Visitor(
                  clients.addressOf(request), Optional.empty(), Optional.empty());
    } catch (RuntimeException e) {
      RealtimeException refusal = Failures.of(e);
      metrics.refused(refusal.code());
      gate.refuse(request, response, refusal);
      return;
    }
    Optional<Principal> admitted = gate.admit(request, response, visitor);
    if (admitted.isPresent()) {
      chain.doFilter(new Admitted(request, admitted.get()), response);
    }
  }

  /** Whoever comes, and why what the request says of that does not count, where it does not. */
  private EntryGate.Visitor visitor(HttpServletRequest request, Optional<String> origin) {
    String address = clients.addressOf(request);
    try (Arrivals.Turn turn = arrivals.take()) {
      Optional<IdentityPrincipal> caller = identify(request, GuardedPath.STREAM, origin);
      return new EntryGate.Visitor(
          address, caller.map(IdentityPrincipal::identity), Optional.empty());
    } catch (RealtimeException e) {
      int status = e.code().httpStatus();
      if (status != UNAUTHORIZED && status != HttpServletResponse.SC_FORBIDDEN) {
        throw e; // not the client's doing
      }
      return new EntryGate.Visitor(address, Optional.empty(), Optional.of(e.code()));
    }
  }

  private static boolean isHandshake(HttpServletRequest request, GuardedPath path) {
    return path == GuardedPath.STREAM && "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
  }

  /** Takes a place before the upgrade: after it there could be no status any more. */
  private IdentityPrincipal admit(IdentityPrincipal who) {
    if (connections.isDraining()) {
      throw new RealtimeException(ErrorCode.DRAINING, "no new connections");
    }
    return new IdentityPrincipal(
        who.identity(), who.address(), HeldPlace.of(limits.acquire(who.identity(), who.address())));
  }

  /** A container opens the socket after this request, or not at all if the client has gone. */
  private void giveBack(HeldPlace place, HttpServletResponse response) {
    if (!place.isHeld()) {
      return;
    }
    if (response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
      workers.after(MAX_OPENING, place::close);
    } else {
      place.close();
    }
  }

  private void checkHost(HttpServletRequest request) {
    String host = hostOf(request);
    boolean demo = settings.demo().enabled();
    boolean onLoopback = ClientAddress.isLoopback(request.getLocalAddr());
    if (demo && !onLoopback) { // the runnable jar listens nowhere else then; servers may
      throw new RealtimeException(
          ErrorCode.FORBIDDEN, "demo accounts, whose passwords are well known: only on loopback");
    }
    if (!origins.allowsHost(host, demo)) {
      throw new RealtimeException(
          ErrorCode.FORBIDDEN, "Host is no name of ours; CARILLON_ALLOWED_ORIGINS tells them");
    }
  }

  /** The origin, which is allowed; empty where the request has none. */
  private Optional<String> checkOrigin(HttpServletRequest request, HttpServletResponse response) {
    response.addHeader("Vary", "Origin");
    List<String> given = ClientFacts.headers(request, "Origin");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    String origin = given.get(0);
    if (given.size() > 1 || !origins.allows(origin, clients.schemeOf(request), hostOf(request))) {
      throw new RealtimeException(ErrorCode.FORBIDDEN, "origin");
    }
    if (origins.isListed(origin)) {
      response.setHeader("Access-Control-Allow-Origin", origin);
      response.setHeader("Access-Control-Allow-Credentials", "true");
      response.setHeader("Access-Control-Expose-Headers", "Location, Retry-After");
      // With the list, the browser's own check of origins is the stricter one.
      response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
    }
    return Optional.of(origin);
  }

  private static boolean isPreflight(HttpServletRequest request, Optional<String> origin) {
    return origin.isPresent()
        && request.getMethod().equals("OPTIONS")
        && request.getHeader("Access-Control-Request-Method") != null;
  }

  private static void answerPreflight(HttpServletResponse response) {
    response.setHeader("Access-Control-Allow-Methods", METHODS);
    response.setHeader("Access-Control-Allow-Headers", HEADERS);
    response.setHeader("Access-Control-Max-Age", PREFLIGHT_SECONDS);
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
  }

  private Optional<IdentityPrincipal> identify(
      HttpServletRequest request, GuardedPath path, Optional<String> origin) {
    if (path == GuardedPath.LOGIN) {
      return Optional.empty(); // whoever logs in is not yet anybody, whatever an old cookie says
    }
    Optional<Credentials> credentials =
        Credentials.of(request, path == GuardedPath.STREAM, containerCallers.knows(request));
    if (credentials.filter(Credentials::areSentUnasked).isPresent()) {
      checkCookieUse(request, origin);
    }
    try {
      Identity identity =
          authenticate(
              request,
              credentials.orElseThrow(
                  () -> new RealtimeException(ErrorCode.UNAUTHENTICATED, "no credentials")));
      return Optional.of(new IdentityPrincipal(identity, clients.addressOf(request)));
    } catch (RealtimeException e) {
      if (path == GuardedPath.LOGOUT && e.code().httpStatus() == UNAUTHORIZED) {
        return Optional.empty(); // who is out already can still have the cookie taken away
      }
      throw e;
    }
  }

  private Identity authenticate(HttpServletRequest request, Credentials credentials) {
    return switch (credentials.kind()) {
      case BEARER, COOKIE -> authenticator.authenticate(credentials.value());
      case TICKET -> authenticator.redeem(credentials.value());
      case SERVER -> containerCallers.identify(request);
    };
  }

  private void checkCookieUse(HttpServletRequest request, Optional<String> origin) {
    boolean reads = READING.contains(request.getMethod());
    boolean upgrades = request.getHeader("Upgrade") != null;
    if (!reads || upgrades) {
      boolean own =
          origin
              .filter(
                  from ->
                      upgrades
                          || origins.isSameOrigin(from, clients.schemeOf(request), hostOf(request)))
              .isPresent();
      if (!own) {
        throw new RealtimeException(ErrorCode.FORBIDDEN, "cookie without an origin of our own");
      }
    } else if (origin.isEmpty()) {
      // Browsers send no origin with a GET to the page's own server. Newer ones say that it is one.
      String site = request.getHeader("Sec-Fetch-Site");
      if (site != null && !OWN_SITE.contains(site)) {
        throw new RealtimeException(ErrorCode.FORBIDDEN, "cookie from another site");
      }
    }
  }

  private void refuse(
      HttpServletRequest request, HttpServletResponse response, RealtimeException refusal)
      throws IOException {
    LOG.log(
        Level.DEBUG,
        () ->
            "Refused "
                + refusal.code()
                + " ("
                + refusal.getMessage()
                + ") to "
                + clients.addressOf(request));
    metrics.refused(refusal.code());
    Problem.of(refusal).writeTo(response);
  }

  private static String hostOf(HttpServletRequest request) {
    String host = request.getHeader("Host");
    return host == null ? "" : host;
  }

  /** A request that a gate has let in. */
  private static final class Admitted extends HandshakeRequest {
    private final Principal principal;

    Admitted(HttpServletRequest request, Principal principal) {
      super(request);
      this.principal = principal;
    }

    @Override
    public Principal getUserPrincipal() {
      return principal;
    }

    @Override
    public String getRemoteUser() {
      return principal.getName();
    }

    @Override
    public boolean isUserInRole(String role) {
      return false;
    }

    /** None: a container that knew of one would end a socket with it, in its own way. */
    @Override
    public HttpSession getSession(boolean create) {
      return create ? super.getSession(true) : null;
    }
  }

  /** A request whose maker is known. */
  private static final class Known extends HandshakeRequest {
    private final IdentityPrincipal caller;
    private final boolean handshake;

    Known(HttpServletRequest request, IdentityPrincipal caller, boolean stream) {
      super(request);
      this.caller = caller;
      this.handshake = stream && "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
    }

    @Override
    public Principal getUserPrincipal() {
      return caller;
    }

    @Override
    public String getRemoteUser() {
      return caller.getName();
    }

    @Override
    public boolean isUserInRole(String role) {
      return caller.identity().role().name().equals(role);
    }

    /**
     * None for a handshake: a container that knew of one would close the socket at the session's
     * end by itself, with a code of its own, before we do with ours.
     */
    @Override
    public HttpSession getSession(boolean create) {
      return create || !handshake ? super.getSession(create) : null;
    }
  }
}
