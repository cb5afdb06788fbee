package io.carillon.security;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which web pages a browser may come from (RFC 6454), and under which names this server may be
 * called. Immutable.
 *
 * <p>Without a list, pages of the server's own origin may: the same scheme, and the same host and
 * port as in {@code Host}. With a list, those on it may and no others; the server's own public
 * address belongs on it. A page under a loopback name may always speak to a server that was called
 * by that name, since no name server can turn such a name to another machine.
 *
 * <p>A foreign name in {@code Host} is what a page gets through that has its own name resolved to
 * our address (DNS rebinding): with a list, and in demo mode on loopback, only known names pass.
 */
public final class Origins {
  // As browsers write it: lower case, ASCII, nothing after the port.
  private static final Pattern ORIGIN =
      Pattern.compile("(https?)://(\\[[0-9a-f:.]+]|[a-z0-9._-]+)(?::([1-9]\\d{0,4}))?");
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._-]+)(?::(\\d{1,5}))?");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|[a-z0-9.-]+\\.localhost|127(\\.\\d{1,3}){3}|\\[::1]");

  private final Set<String> listed = new HashSet<>();
  private final Set<String> listedHosts = new HashSet<>();

  /**
   * @param allowed origins, {@code scheme://host[:port]}; empty for the server's own only
   * @throws IllegalArgumentException for one that is none
   */
  public Origins(List<String> allowed) {
    for (String origin : allowed) {
      String normal = normalize(origin);
      Matcher matcher = ORIGIN.matcher(normal);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("not an origin: " + origin);
      }
      listed.add(normal);
      listedHosts.add(matcher.group(2));
    }
  }

  /**
   * Whether a page of this origin may speak to us.
   *
   * @param origin as it came; {@code null} as text (a page without an origin) is refused
   * @param scheme the request's, {@code http} or {@code https}
   * @param host the request's {@code Host}
   */
  public boolean allows(String origin, String scheme, String host) {
    if (isListed(origin)) {
      return true;
    }
    return isOwn(origin, scheme, host) && (listed.isEmpty() || isLoopbackName(nameOf(host)));
  }

  /** Whether it is on the list, letter for letter. */
  public boolean isListed(String origin) {
    return listed.contains(origin);
  }

  /**
   * Whether a page of this origin was served by us, so that it may write with our cookie. Behind a
   * proxy that ends TLS the scheme and perhaps the port are not the ones that the browser sees: for
   * an origin on the list the host alone is compared.
   */
  public boolean isSameOrigin(String origin, String scheme, String host) {
    if (isListed(origin)) {
      Matcher matcher = ORIGIN.matcher(origin);
      return matcher.matches() && matcher.group(2).equals(nameOf(host));
    }
    return allows(origin, scheme, host);
  }

  /**
   * Whether the server may be called by this name.
   *
   * @param loopbackOnly whether it should be reachable from this machine alone
   */
  public boolean allowsHost(String host, boolean loopbackOnly) {
    String name = nameOf(host);
    if (name.isEmpty()) {
      return false;
    }
    if (!loopbackOnly && listed.isEmpty()) {
      return true;
    }
    return isLoopbackName(name) || listedHosts.contains(name);
  }

  private static boolean isOwn(String origin, String scheme, String host) {
    Matcher matcher = HOST.matcher(host);
    return ORIGIN.matcher(origin).matches()
        && matcher.matches()
        && origin.equals(normalize(scheme + "://" + host));
  }

  private static boolean isLoopbackName(String name) {
    return LOOPBACK.matcher(name).matches();
  }

  /** The host without its port, lower case; empty if it is none. */
  private static String nameOf(String host) {
    Matcher matcher = HOST.matcher(host);
    return matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
  }

  /** Lower case, without the scheme's default port. */
  private static String normalize(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    String defaultPort = lower.startsWith("https:") ? ":443" : ":80";
    return lower.endsWith(defaultPort)
        ? lower.substring(0, lower.length() - defaultPort.length())
        : lower;
  }
}
