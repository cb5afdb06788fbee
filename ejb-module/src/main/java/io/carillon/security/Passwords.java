package io.carillon.security;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Hashes and checks passwords with Argon2id (RFC 9106), 19 MiB and two passes, kept as a PHC string
 * that carries its own parameters. For any thread.
 *
 * <p>A hash costs memory and a tenth of a second of processor time, so few run at once and few
 * wait: a flood of logins is answered {@code OVERLOADED} and cannot take the node's heap or its
 * threads.
 */
@ApplicationScoped
public class Passwords {
  /** Longer ones are refused before any work is done. */
  public static final int MAX_LENGTH = 256;

  private static final int MEMORY_KIB = 19 * 1024;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;

  // What a stored hash may ask for at most: a forged row must not become a bomb.
  private static final int MAX_MEMORY_KIB = 128 * 1024;
  private static final int MAX_PASSES = 16;
  private static final int MAX_LANES = 8;

  private static final int MAX_WAITING = 32;
  private static final Duration MAX_WAIT = Duration.ofSeconds(2);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private static final Pattern PHC =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,9}),t=(\\d{1,9}),p=(\\d{1,9})"
              + "\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{22,86})");

  private final SecureRandom random = new SecureRandom();
  private final Semaphore slots;
  private final Duration maxWait;
  private final Hash nobodys;

  public Passwords() {
    this(Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors())), MAX_WAIT);
  }

  /**
   * @param maxConcurrent how many hashes are computed at a time
   * @param maxWait how long a caller waits for its turn before it is told {@code OVERLOADED}
   */
  Passwords(int maxConcurrent, Duration maxWait) {
    this.slots = new Semaphore(maxConcurrent, true);
    this.maxWait = maxWait;
    this.nobodys =
        new Hash(MEMORY_KIB, PASSES, LANES, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));
  }

  /**
   * A new hash to be stored for this password.
   *
   * @throws RealtimeException with {@code MALFORMED} for an empty password or one over {@link
   *     #MAX_LENGTH}, {@code OVERLOADED} if too many hashes are being computed
   */
  public String hash(String password) {
    byte[] salt = randomBytes(SALT_BYTES);
    Hash empty = new Hash(MEMORY_KIB, PASSES, LANES, salt, new byte[HASH_BYTES]);
    byte[] value = compute(empty, password);
    return new Hash(MEMORY_KIB, PASSES, LANES, salt, value).toPhc();
  }

  /**
   * Whether the password is the one that was hashed. Without a hash, for a user who does not exist
   * or has no password, it works just as long and answers no.
   *
   * @throws RealtimeException as {@link #hash}
   */
  public boolean matches(String password, Optional<String> stored) {
    Optional<Hash> known = stored.flatMap(Hash::parse);
    Hash expected = known.orElse(nobodys);
    boolean equal = MessageDigest.isEqual(compute(expected, password), expected.value);
    return equal && known.isPresent();
  }

  private byte[] compute(Hash parameters, String password) {
    if (password.isEmpty() || password.length() > MAX_LENGTH) {
      throw new RealtimeException(ErrorCode.MALFORMED, "password length");
    }
    // One password may be typed as composed or decomposed characters, as the keyboard has it.
    byte[] secret =
        Normalizer.normalize(password, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
    takeSlot();
    try {
      Argon2BytesGenerator generator = new Argon2BytesGenerator();
      generator.init(
          new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
              .withVersion(Argon2Parameters.ARGON2_VERSION_13)
              .withMemoryAsKB(parameters.memoryKib)
              .withIterations(parameters.passes)
              .withParallelism(parameters.lanes)
              .withSalt(parameters.salt)
              .build());
      byte[] value = new byte[parameters.value.length];
      generator.generateBytes(secret, value);
      return value;
    } finally {
      slots.release();
    }
  }

  private void takeSlot() {
    boolean taken = false;
    try {
      taken =
          slots.getQueueLength() < MAX_WAITING
              && slots.tryAcquire(maxWait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!taken) {
      throw new RealtimeException(ErrorCode.OVERLOADED, "too many logins at once", RETRY_AFTER);
    }
  }

  private byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static final class Hash {
    private final int memoryKib;
    private final int passes;
    private final int lanes;
    private final byte[] salt;
    private final byte[] value;

    Hash(int memoryKib, int passes, int lanes, byte[] salt, byte[] value) {
      this.memoryKib = memoryKib;
      this.passes = passes;
      this.lanes = lanes;
      this.salt = salt;
      this.value = value;
    }

    /** Empty for anything but an Argon2id hash within our bounds. */
    static Optional<Hash> parse(String phc) {
      Matcher matcher = PHC.matcher(phc);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      int memoryKib = Integer.parseInt(matcher.group(1));
      int passes = Integer.parseInt(matcher.group(2));
      int lanes = Integer.parseInt(matcher.group(3));
      boolean sane =
          lanes >= 1
              && lanes <= MAX_LANES
              && passes >= 1
              && passes <= MAX_PASSES
              && memoryKib >= 8 * lanes
              && memoryKib <= MAX_MEMORY_KIB;
      if (!sane) {
        return Optional.empty();
      }
      try {
        Base64.Decoder base64 = Base64.getDecoder();
        byte[] salt = base64.decode(matcher.group(4));
        byte[] value = base64.decode(matcher.group(5));
        return Optional.of(new Hash(memoryKib, passes, lanes, salt, value));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    String toPhc() {
      Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
      return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
          .formatted(
              memoryKib, passes, lanes, base64.encodeToString(salt), base64.encodeToString(value));
    }
  }
}
