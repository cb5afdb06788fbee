// Stands in for Carillon when the benchmark itself is tested: as much of its interface as the benchmark uses, strict
// about it, in memory. Environment: CARILLON_HTTP_PORT, CARILLON_TOKEN_SECRET, and FAULT for what it gets wrong:
// drop, repeat or swap every tenth delivery, or refuse every tenth message.
const crypto = require('crypto');
const http = require('http');
const path = require('path');

const peer = path.join(__dirname, '..', 'peers', 'socketio');
const { WebSocketServer } = require(require.resolve('ws', { paths: [require.resolve('engine.io', { paths: [peer] })] }));

const { CARILLON_HTTP_PORT, CARILLON_TOKEN_SECRET, FAULT } = process.env;
const channels = new Map(); // name -> { kind, receivers, offset, held }
let deliveries = 0;
let sends = 0;

/** The token's claims, or null for one that is not signed with the secret or has expired. */
function authenticate(request) {
  const [head, claims, signature] = (request.headers.authorization || '').replace(/^Bearer /, '').split('.');
  const expected = crypto.createHmac('sha256', CARILLON_TOKEN_SECRET).update(`${head}.${claims}`).digest('base64url');
  if (!signature || signature !== expected) {
    return null;
  }
  const parsed = JSON.parse(Buffer.from(claims, 'base64url'));
  return parsed.exp > Date.now() / 1000 && parsed.iat && parsed.sub && parsed.name && parsed.org === 'demo' ? parsed : null;
}

function deliver(receiver, text) {
  const chosen = ++deliveries % 10 === 0;
  if (chosen && FAULT === 'drop') {
    return;
  }
  if (chosen && FAULT === 'swap' && !receiver.held) {
    receiver.held = text;
    return;
  }
  receiver.write(text);
  if (chosen && FAULT === 'repeat') {
    receiver.write(text);
  }
  if (receiver.held) {
    receiver.write(receiver.held);
    receiver.held = null;
  }
}

function publish(channelId, content, authorId) {
  const channel = channels.get(channelId);
  const offset = channel.kind === 'CHAT' ? ++channel.offset : undefined;
  const data = { id: crypto.randomUUID(), channelId, offset, content, authorId, author: { id: authorId, name: authorId, avatarUrl: null } };
  for (const receiver of channel.receivers) {
    deliver(receiver, receiver.encode(data));
  }
  return data;
}

function subscribe(channelId, socket, receiver) {
  channels.get(channelId).receivers.add(receiver);
  socket.on('close', () => channels.get(channelId).receivers.delete(receiver));
}

function receiveFrame(socket, user, text) {
  const { event, ref, data } = JSON.parse(text);
  const answer = (name, result) => socket.send(JSON.stringify({ event: name, ref, data: result }));
  if (!channels.has(data.channelId)) {
    answer('error', { code: 'FORBIDDEN', message: 'no such channel', retry: 'NEVER' });
  } else if (event === 'channel:join') {
    const encode = (message) => JSON.stringify({ event: 'message:new', data: message });
    subscribe(data.channelId, socket, { encode, write: (frame) => socket.send(frame) });
    answer('channel:joined', { channelId: data.channelId, resumed: true, role: 'WRITER' });
    socket.send(JSON.stringify({ event: 'channel:history', data: { channelId: data.channelId, messages: [] } }));
  } else if (event === 'message:send' && FAULT === 'refuse' && ++sends % 10 === 0) {
    answer('error', { code: 'RATE_LIMITED', message: 'too many', retry: 'AFTER_DELAY' });
  } else if (event === 'message:send') {
    const { id, offset } = publish(data.channelId, data.content, user);
    answer('ack', { id, offset, duplicate: false });
  }
}

function respond(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function handleRest(request, response, body) {
  const claims = authenticate(request);
  const [, , , channelId, what] = new URL(request.url, 'http://localhost').pathname.split('/').map(decodeURIComponent);
  if (request.url === '/health/ready') {
    respond(response, 200, { status: 'UP' });
  } else if (!claims) {
    respond(response, 401, { code: 'UNAUTHENTICATED' });
  } else if (request.method === 'POST' && request.url === '/api/channels') {
    const { channelId: name, kind, visibility } = JSON.parse(body);
    if (claims.role !== 'ADMIN' || visibility !== 'PUBLIC' || channels.has(name)) {
      respond(response, 403, { code: 'FORBIDDEN' });
      return;
    }
    channels.set(name, { kind, receivers: new Set(), offset: 0 });
    respond(response, 201, { channelId: name });
  } else if (!channels.has(channelId)) {
    respond(response, 403, { code: 'FORBIDDEN' });
  } else if (what === 'events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(': welcome\nretry: 3000\n\n');
    const encode = (message) => `id: e-${message.offset || 0}\ndata: ${JSON.stringify(message)}\n\n`;
    subscribe(channelId, response, { encode, write: (event) => response.write(event) });
  } else if (what === 'messages' && request.method === 'POST') {
    respond(response, 201, publish(channelId, JSON.parse(body).content, claims.sub));
  } else {
    const { offset } = channels.get(channelId);
    respond(response, 200, { messages: offset ? [{ offset }] : [], hasMore: offset > 1 });
  }
}

const server = http.createServer((request, response) => {
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => handleRest(request, response, body));
});
server.maxRequestsPerSocket = 100; // servers end kept-alive connections; the generator has to come back

const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'carillon.v1' });
server.on('upgrade', (request, socket, head) => {
  const claims = authenticate(request);
  if (request.url !== '/ws' || !claims || request.headers['sec-websocket-protocol'] !== 'carillon.v1') {
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, socket, head, (opened) => {
    opened.on('message', (text) => receiveFrame(opened, claims.sub, text));
  });
});
server.listen({ port: Number(CARILLON_HTTP_PORT), host: '127.0.0.1', backlog: 4096 });
