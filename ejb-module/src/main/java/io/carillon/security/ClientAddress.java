package io.carillon.security;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where a request really comes from. Forwarded headers are believed only where a configured proxy
 * has written them, counted from the right: what stands left of the first untrusted address is the
 * client's own invention. Immutable.
 */
public final class ClientAddress {
  private static final int MAX_HOPS = 32;

  private final List<Network> proxies;

  /**
   * @param trustedProxies addresses or networks such as {@code 10.0.0.0/8}; empty to trust none
   * @throws IllegalArgumentException for anything that is neither
   */
  public ClientAddress(List<String> trustedProxies) {
    this.proxies = trustedProxies.stream().map(Network::parse).toList();
  }

  /**
   * The client's address.
   *
   * @param remote the peer of the TCP connection
   * @param forwardedFor the values of {@code X-Forwarded-For}, in the order of the lines
   */
  public String of(String remote, List<String> forwardedFor) {
    String client = remote;
    List<String> hops = new ArrayList<>();
    for (String line : forwardedFor) {
      hops.addAll(Arrays.asList(line.split(",", MAX_HOPS)));
    }
    for (int i = hops.size() - 1; i >= 0 && isProxy(client); i--) {
      String hop = hops.get(i).strip();
      if (parse(hop).isEmpty()) {
        break;
      }
      client = hop;
    }
    return client;
  }

  /** Whether what this peer says about its clients is believed. */
  public boolean isProxy(String remote) {
    if (proxies.isEmpty()) {
      return false;
    }
    Optional<byte[]> address = parse(remote);
    return address.isPresent() && proxies.stream().anyMatch(proxy -> proxy.holds(address.get()));
  }

  /** Whether this is the machine itself. */
  public static boolean isLoopback(String address) {
    return parse(address)
        .map(ClientAddress::address)
        .filter(InetAddress::isLoopbackAddress)
        .isPresent();
  }

  /**
   * What counts as one address for limits: an IPv4 address, or a /64 of IPv6, since a single
   * subscriber is given all of that. Text that is no address counts as itself.
   */
  public static String group(String address) {
    Optional<byte[]> parsed = parse(address);
    if (parsed.isEmpty() || parsed.get().length == 4) {
      return parsed.map(ClientAddress::text).orElse(address);
    }
    byte[] network = Arrays.copyOf(Arrays.copyOf(parsed.get(), 8), 16);
    return text(network) + "/64";
  }

  private static String text(byte[] address) {
    return address(address).getHostAddress();
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes", e);
    }
  }

  /** The bytes of a literal address; IPv4 within IPv6 as IPv4. Never asks a name server. */
  private static Optional<byte[]> parse(String text) {
    String literal = text;
    if (literal.startsWith("[") && literal.endsWith("]")) {
      literal = literal.substring(1, literal.length() - 1);
    }
    int zone = literal.indexOf('%');
    if (zone >= 0) {
      literal = literal.substring(0, zone);
    }
    if (literal.length() > 45) {
      return Optional.empty();
    }
    boolean v6 = literal.indexOf(':') >= 0;
    boolean looksLikeOne =
        v6 ? literal.matches("[0-9a-fA-F:.]+") : literal.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    if (!looksLikeOne) {
      return Optional.empty(); // InetAddress would take it for a name and look it up
    }
    try {
      return Optional.of(InetAddress.getByName(literal).getAddress());
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private static final class Network {
    private final byte[] address;
    private final int prefixBits;

    private Network(byte[] address, int prefixBits) {
      this.address = address;
      this.prefixBits = prefixBits;
    }

    static Network parse(String text) {
      int slash = text.indexOf('/');
      String host = (slash < 0 ? text : text.substring(0, slash)).strip();
      byte[] address =
          ClientAddress.parse(host)
              .orElseThrow(() -> new IllegalArgumentException("not an address: " + text));
      int bits = address.length * 8;
      if (slash >= 0) {
        String prefix = text.substring(slash + 1).strip();
        if (!prefix.matches("\\d{1,3}") || Integer.parseInt(prefix) > bits) {
          throw new IllegalArgumentException("not a network: " + text);
        }
        bits = Integer.parseInt(prefix);
      }
      return new Network(address, bits);
    }

    boolean holds(byte[] other) {
      if (other.length != address.length) {
        return false;
      }
      for (int bit = 0; bit < prefixBits; bit++) {
        int mask = 0x80 >> (bit % 8);
        if ((address[bit / 8] & mask) != (other[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }
}
