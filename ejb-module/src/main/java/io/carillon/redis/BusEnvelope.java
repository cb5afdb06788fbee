package io.carillon.redis;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.UserId;
import io.carillon.node.NodeId;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;

/**
 * How nodes write down what they tell each other: version, signature, origin, then one or more
 * items. The signature (HMAC-SHA256, the first {@value #SIGNATURE_BYTES} bytes, as RFC 2104 section
 * 5 allows) covers all that follows it, so nothing is looked at before it is known to come from a
 * node. Every item says how long it is, and what a newer version adds stands at its end: an older
 * node leaves that alone, which a rolling update needs. For one thread, apart from the writing of
 * items.
 */
final class BusEnvelope {
  /** Larger ones are not read. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  private static final byte VERSION = 1;
  private static final int SIGNATURE_BYTES = 16;
  private static final int NODE_BYTES = 16;
  private static final int SIGNED_FROM = 1 + SIGNATURE_BYTES;
  private static final int ITEM_HEAD_BYTES = 1 + Integer.BYTES; // its type and length

  private static final byte PUBLICATION = 1;
  private static final byte SIGNAL = 2;
  private static final byte RIGHTS = 3;

  private static final Publication.Change[] CHANGES = Publication.Change.values();
  private static final ChannelKind[] KINDS = ChannelKind.values();
  private static final InboxState[] STATES = InboxState.values();
  private static final Signal.Type[] SIGNALS = Signal.Type.values();

  /** Not from a node, damaged, or of a version that this one does not know. */
  static final class RejectedException extends Exception {
    private static final long serialVersionUID = 1;

    RejectedException(String reason) {
      super(reason, null, false, false);
    }
  }

  /**
   * What another node has sent.
   *
   * @param events of one channel, in order
   */
  record Content(NodeId origin, List<ChannelEvent> events, List<RightsChange> changes) {}

  /** One item is written or read here at a time. */
  private interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  private final byte[] node;
  private final NodeId nodeId;
  private final Mac mac;

  BusEnvelope(NodeId node, ClusterKey key) {
    this.nodeId = node;
    this.node = HexFormat.of().parseHex(node.value());
    this.mac = key.mac();
  }

  // ---- out

  /** An event in its written form, of which {@link #seal} makes an envelope. Any thread. */
  static byte[] item(ChannelEvent event) {
    if (event instanceof Publication publication) {
      return item(PUBLICATION, out -> write(out, publication));
    }
    return item(SIGNAL, out -> write(out, (Signal) event)); // nothing else is permitted
  }

  /** The same for a change of rights. */
  static byte[] item(RightsChange change) {
    return item(RIGHTS, out -> write(out, change));
  }

  private static byte[] item(byte type, Writer content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(type);
      out.writeInt(0); // the length of what follows, below
      content.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // never: it is written to memory
    }
    byte[] item = bytes.toByteArray();
    ByteBuffer.wrap(item).putInt(1, item.length - ITEM_HEAD_BYTES);
    return item;
  }

  /**
   * Signs items, in their order.
   *
   * @param items of one channel, or changes of rights; so few that the envelope is well below
   *     {@link #MAX_BYTES}
   */
  byte[] seal(List<byte[]> items) {
    int size = SIGNED_FROM + NODE_BYTES;
    for (byte[] item : items) {
      size += item.length;
    }
    byte[] envelope = new byte[size];
    ByteBuffer out = ByteBuffer.wrap(envelope);
    out.put(VERSION).position(SIGNED_FROM);
    out.put(node);
    items.forEach(out::put);
    System.arraycopy(signature(envelope), 0, envelope, 1, SIGNATURE_BYTES);
    return envelope;
  }

  private static void write(DataOutputStream out, Publication publication) throws IOException {
    write(out, publication.channel());
    out.writeByte(publication.kind().ordinal());
    write(out, publication.epoch());
    out.writeLong(publication.revision());
    out.writeLong(publication.offset());
    out.writeByte(publication.change().ordinal());
    write(out, publication.id());
    write(out, publication.name());
    write(out, publication.payload());
    write(out, publication.authorId());
    write(out, publication.authorName());
    write(out, publication.authorAvatarUrl());
    write(out, publication.clientId());
    out.writeLong(publication.createdAtMillis());
    out.writeLong(publication.editedAtMillis());
    out.writeInt(publication.version());
    out.writeByte(publication.state().ordinal());
  }

  private static void write(DataOutputStream out, Signal signal) throws IOException {
    write(out, signal.channel());
    out.writeByte(signal.type().ordinal());
    write(out, signal.data());
    write(out, signal.originUserId());
  }

  private static void write(DataOutputStream out, RightsChange change) throws IOException {
    write(out, change.concernedOrganization().orElse(""));
    write(out, change.concernedChannel().map(ChannelName::value).orElse(""));
    write(out, change.concernedUser().map(UserId::value).orElse(""));
  }

  private static void write(DataOutputStream out, ChannelKey channel) throws IOException {
    write(out, channel.organization());
    write(out, channel.name().value());
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private byte[] signature(byte[] envelope) {
    mac.update(envelope, SIGNED_FROM, envelope.length - SIGNED_FROM);
    return Arrays.copyOf(mac.doFinal(), SIGNATURE_BYTES);
  }

  // ---- in

  /**
   * @return nothing in it for what this very node has sent
   * @throws RejectedException for everything that no node of this cluster has written
   */
  Content decode(byte[] envelope) throws RejectedException {
    if (envelope.length < SIGNED_FROM + NODE_BYTES || envelope.length > MAX_BYTES) {
      throw new RejectedException("size");
    }
    if (envelope[0] != VERSION) {
      throw new RejectedException("version");
    }
    byte[] signature = Arrays.copyOfRange(envelope, 1, SIGNED_FROM);
    if (!MessageDigest.isEqual(signature, signature(envelope))) {
      throw new RejectedException("signature");
    }
    ByteBuffer in = ByteBuffer.wrap(envelope).position(SIGNED_FROM);
    byte[] origin = new byte[NODE_BYTES];
    in.get(origin);
    if (Arrays.equals(origin, node)) {
      return new Content(nodeId, List.of(), List.of());
    }
    try {
      return decodeItems(new NodeId(HexFormat.of().formatHex(origin)), in);
    } catch (RuntimeException | CharacterCodingException e) {
      // Whatever a reader throws that meets the unexpected; the signature says that a node wrote
      // it.
      throw new RejectedException("content");
    }
  }

  private static Content decodeItems(NodeId origin, ByteBuffer in) throws CharacterCodingException {
    List<ChannelEvent> events = new ArrayList<>(1);
    List<RightsChange> changes = new ArrayList<>(0);
    while (in.hasRemaining()) {
      byte type = in.get();
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new BufferUnderflowException();
      }
      ByteBuffer item = in.slice(in.position(), length);
      in.position(in.position() + length);
      switch (type) {
        case PUBLICATION -> events.add(readPublication(item));
        case SIGNAL -> events.add(readSignal(item));
        case RIGHTS -> changes.add(readRightsChange(item));
        default -> {} // a newer node has more to tell than this one understands
      }
    }
    return new Content(origin, events, changes);
  }

  private static Publication readPublication(ByteBuffer in) throws CharacterCodingException {
    return new Publication(
        readChannel(in),
        KINDS[in.get()],
        readText(in),
        in.getLong(),
        in.getLong(),
        CHANGES[in.get()],
        readText(in),
        readText(in),
        readText(in),
        readText(in),
        readText(in),
        readText(in),
        readText(in),
        in.getLong(),
        in.getLong(),
        in.getInt(),
        STATES[in.get()]);
  }

  private static Signal readSignal(ByteBuffer in) throws CharacterCodingException {
    return new Signal(readChannel(in), SIGNALS[in.get()], readText(in), readText(in));
  }

  private static RightsChange readRightsChange(ByteBuffer in) throws CharacterCodingException {
    String organization = readText(in);
    String channel = readText(in);
    String user = readText(in);
    return new RightsChange(
        organization.isEmpty() ? null : organization,
        channel.isEmpty() ? null : new ChannelName(channel),
        user.isEmpty() ? null : new UserId(user));
  }

  private static ChannelKey readChannel(ByteBuffer in) throws CharacterCodingException {
    return new ChannelKey(readText(in), new ChannelName(readText(in)));
  }

  private static String readText(ByteBuffer in) throws CharacterCodingException {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer bytes = in.slice(in.position(), length);
    in.position(in.position() + length);
    return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
  }
}
