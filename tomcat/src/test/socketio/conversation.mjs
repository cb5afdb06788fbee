// One conversation of two users with the official client: node conversation.mjs ADDRESS TRANSPORTS TOKEN_A TOKEN_B
// Prints "done" when everything was as it should be; fails otherwise.
import assert from "node:assert/strict";
import { io } from "socket.io-client";

const [address, transports, tokenA, tokenB] = process.argv.slice(2);
const options = (token) => ({
  auth: { token },
  transports: transports.split(","),
  forceNew: true,
  reconnectionDelay: 50,
});
const next = (socket, event, wanted = () => true) =>
  new Promise((resolve) => {
    const hear = (...args) => {
      if (wanted(...args)) {
        socket.off(event, hear);
        resolve(args);
      }
    };
    socket.on(event, hear);
  });

const wrong = io(address, options("nonsense"));
const [refusal] = await next(wrong, "connect_error");
assert.equal(refusal.message, "UNAUTHENTICATED");
assert.equal(refusal.data.code, "UNAUTHENTICATED");
wrong.close();

const alice = io(address, options(tokenA));
const bob = io(address, options(tokenB));
const online = next(alice, "presence:online", (data) => data.userId === "bob");
const onlineToo = next(alice, "user:online", (data) => data.userId === "bob");
await Promise.all([next(alice, "connect"), next(bob, "connect")]);
void online;
void onlineToo;

const history = next(alice, "channel:history");
const joined = next(alice, "channel:joined");
alice.emit("channel:join", "general");
assert.equal((await joined)[0].channelId, "general");
assert.deepEqual(Array.isArray((await history)[0].messages), true);
assert.equal((await bob.emitWithAck("channel:join", { channelId: "general" })).ok, true);

const content = `hello over ${transports} ${"ü€😀".repeat(10)}`;
const heard = next(bob, "message:new", (message) => message.content === content);
const receipt = await alice.emitWithAck("message:send", {
  channelId: "general",
  content,
  clientId: `c-${transports}`,
});
assert.equal(receipt.ok, true);
const [message] = await heard;
assert.equal(message.author.id, "alice");
assert.equal(message.offset, receipt.offset);
const again = await alice.emitWithAck("message:send", {
  channelId: "general",
  content,
  clientId: `c-${transports}`,
});
assert.equal(again.duplicate, true);

const typing = next(alice, "typing:update");
bob.emit("typing:start", "general");
assert.deepEqual((await typing)[0], {
  userId: "bob",
  channelId: "general",
  isTyping: true,
  typing: true,
});
const refused = await bob.emitWithAck("message:send", { channelId: "nowhere", content: "x" });
assert.equal(refused.ok, false);
assert.equal(refused.code, "FORBIDDEN");
const error = next(bob, "error");
bob.emit("message:send", { channelId: "nowhere", content: "x" });
assert.equal((await error)[0].code, "FORBIDDEN");

// Binary in an argument arrives as what can be stored.
const withBytes = next(bob, "message:new", (data) => data.name === "file");
const stored = await alice.emitWithAck("message:send", {
  channelId: "general",
  name: "file",
  payload: { bytes: Buffer.from([1, 2, 3]) },
});
assert.equal(stored.ok, true);
assert.deepEqual((await withBytes)[0].payload, { bytes: { $binary: "AQID" } });

// A cut: what was missed comes, once and in order, and the session is the same one.
const sid = alice.id;
const missed = [];
alice.on("message:new", ({ content }) => {
  if (content?.startsWith("missed")) {
    missed.push(content); // not the own one before it, which may come later than its receipt
  }
});
alice.io.engine.close();
for (let i = 0; i < 5; i++) {
  await bob.emitWithAck("message:send", { channelId: "general", content: `missed ${i}` });
}
if (!alice.connected) {
  await next(alice, "connect");
}
await alice.emitWithAck("ping");
while (missed.length < 5) {
  await next(alice, "message:new");
}
assert.equal(alice.recovered, true);
assert.equal(alice.id, sid);
assert.deepEqual(missed, [0, 1, 2, 3, 4].map((i) => `missed ${i}`));

const chat = io(`${address}/chat`, options(tokenA));
await next(chat, "connect");
assert.equal((await chat.emitWithAck("channel:join", "general")).ok, true);
chat.close();
const nowhere = io(`${address}/nowhere`, options(tokenA));
assert.equal((await next(nowhere, "connect_error"))[0].message, "Invalid namespace");
nowhere.close();

alice.close();
bob.close();
console.log("done");
