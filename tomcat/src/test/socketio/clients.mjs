// Official clients for a test, any number of them in one process: commands come as lines of JSON, and so does what
// happens. Bytes are {"$bytes": base64} in both directions. See NodeClients.java.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const sockets = new Map();

function outgoing(value) {
  if (Buffer.isBuffer(value) || value instanceof ArrayBuffer) {
    return { $bytes: Buffer.from(value).toString("base64") };
  }
  if (Array.isArray(value)) {
    return value.map(outgoing);
  }
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, outgoing(member)]));
  }
  return value ?? null;
}

function incoming(value) {
  if (Array.isArray(value)) {
    return value.map(incoming);
  }
  if (value && typeof value === "object") {
    return typeof value.$bytes === "string"
      ? Buffer.from(value.$bytes, "base64")
      : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, incoming(member)]));
  }
  return value;
}

const say = (name, event, args) =>
  process.stdout.write(`${JSON.stringify({ name, event, args: outgoing(args) })}\n`);

const doing = {
  open({ name, address, options }) {
    const socket = io(address, { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 200, ...options });
    sockets.set(name, socket);
    const transport = () => socket.io.engine?.transport?.name ?? null;
    socket.on("connect", () => {
      const engine = socket.io.engine;
      say(name, "$connect", [{ id: socket.id, recovered: socket.recovered, transport: transport() }]);
      engine.once("upgrade", () => say(name, "$upgrade", [transport()]));
    });
    socket.on("connect_error", (error) => say(name, "$connect_error", [error.message, error.data]));
    socket.on("disconnect", (reason) => say(name, "$disconnect", [reason]));
    socket.onAny((event, ...args) => say(name, event, args.filter((arg) => typeof arg !== "function")));
  },
  emit({ name, args, ack }) {
    const given = incoming(args);
    if (ack !== undefined) {
      given.push((...answer) => say(name, "$ack", [ack, ...answer]));
    }
    sockets.get(name).emit(...given);
  },
  // The transport goes, as in a tunnel; the client comes back by itself.
  cut({ name }) {
    sockets.get(name).io.engine?.close();
  },
  close({ name }) {
    sockets.get(name).close();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  doing[command.do](command);
}
process.exit(0);
