-- The presence of one organization. Begins presence-apply.lua, presence-sweep.lua and
-- presence-adopt.lua.
--
--   KEYS[1] state        hash: epoch, born, last, lead, sequence, described, cut
--   KEYS[2] entries      hash: NAME -> user \n released \n described \n metadata
--   KEYS[3] expiry       sorted set: NAME -> when it ends
--   KEYS[4] connections  sorted set in the order of bytes (all scores are 0):
--                        channel \n user \n described \n connection
--   KEYS[5] seen         sorted set: user -> when last known to live, in epoch milliseconds
--   KEYS[6] caller       hash, the calling node's own: "call" -> number of its last call of apply;
--                        sequence -> transition that the node has not confirmed yet
--   KEYS[7] log          sorted set: sequence \n change \n user -> sequence, the latest transitions of
--                        the organization as a whole; none of them is missing above "cut"
--   KEYS[8] gone         set: users who went while the epoch was young, or just before it began
--
--   ARGV[1] epoch milliseconds, for tests; empty for Redis' own time
--   ARGV[2] sequence of the last transition that the node was given
--   ARGV[3] the epoch that the node knows, or empty
--   ARGV[4] how many users are remembered after they went
--
-- NAME is channel \n connection; the channel is empty for the organization as a whole. Neither
-- channels nor users have control characters, so a line break ends them, and \11 follows it.
-- "described" counts what connections told about themselves: the latest of a user is shown.

local state, entries, expiry, connections, seen, caller, log, gone = unpack(KEYS)
local CHUNK = 1000 -- what Lua can pass in one call is limited
local MAX_UNCONFIRMED = 10000
local MAX_LOG = 10000
local YOUNG_MILLIS = 600000 -- in which a node tells what it knows of the epoch before
local KEPT_MILLIS = 30 * 24 * 3600 * 1000 -- without a word of any node
local CALLER_MILLIS = 600000 -- a node that says nothing for so long is gone

local micros
if ARGV[1] == '' then
  local time = redis.call('TIME')
  micros = time[1] * 1000000 + time[2]
else
  micros = ARGV[1] * 1000
end
local wall = math.floor(micros / 1000)

local before =
  redis.call('HMGET', state, 'epoch', 'born', 'last', 'lead', 'sequence', 'described', 'cut')
local epoch = before[1] or ''
if ARGV[3] ~= '' and ARGV[3] ~= epoch then
  return {'LOST'}
end

-- Time for expiry never goes back: when the clock is set back, it goes on from where it was.
local lead = tonumber(before[4] or 0)
local isSetBack = before[3] and wall < tonumber(before[3])
if isSetBack then
  lead = lead + before[3] - wall
end
local now = wall + lead
local born = tonumber(before[2] or now)

local function begin(name)
  if epoch == '' then
    epoch = name
    redis.call('HSET', state, 'epoch', epoch, 'born', born)
  end
end

-- After a wipe, too, it goes on above what the node has seen.
local sequence = math.max(tonumber(before[5] or 0), tonumber(ARGV[2]))
local described = tonumber(before[6] or 0)
local cut = tonumber(before[7] or 0)

local function bulk(send, arguments)
  for from = 1, #arguments, CHUNK do
    send(unpack(arguments, from, math.min(from + CHUNK - 1, #arguments)))
  end
end

-- What the node was told without confirming it is told again: the answer may have been lost.
local told = {}
local lastCall = 0
do
  local confirmed = {}
  local all = redis.call('HGETALL', caller)
  for i = 1, #all, 2 do
    if all[i] == 'call' then
      lastCall = tonumber(all[i + 1])
    elseif tonumber(all[i]) <= tonumber(ARGV[2]) then
      confirmed[#confirmed + 1] = all[i]
    else
      told[#told + 1] = all[i + 1]
    end
  end
  bulk(function(...) redis.call('HDEL', caller, ...) end, confirmed)
end

local fresh = {}
local logged = {}
local function transition(change, channel, user)
  sequence = math.max(sequence + 1, micros)
  local number = string.format('%.0f', sequence)
  local text = table.concat({number, change, channel, user}, '\n')
  told[#told + 1] = text
  fresh[#fresh + 1] = number
  fresh[#fresh + 1] = text
  if channel == '' then
    logged[#logged + 1] = number
    logged[#logged + 1] = table.concat({number, change, user}, '\n')
    if change == 'ONLINE' then
      redis.call('SREM', gone, user)
    elseif now - born < YOUNG_MILLIS then
      redis.call('SADD', gone, user)
      redis.call('PEXPIRE', gone, YOUNG_MILLIS)
    end
  end
end

local function isOnline(channel, user)
  local who = channel .. '\n' .. user
  local found =
    redis.call('ZRANGEBYLEX', connections, '[' .. who .. '\n', '(' .. who .. '\11', 'LIMIT', 0, 1)
  return #found > 0
end

local function member(channel, user, at, connection)
  return table.concat({channel, user, string.format('%016.0f', at), connection}, '\n')
end

local function parse(value)
  return string.match(value, '^([^\n]*)\n(%d)\n(%d+)\n(.*)$')
end

-- The caller takes it out of the expiry.
local function ended(name, value)
  local channel, connection = string.match(name, '^([^\n]*)\n(.*)$')
  local user, _, at = parse(value)
  redis.call('HDEL', entries, name)
  redis.call('ZREM', connections, member(channel, user, at, connection))
  if not isOnline(channel, user) then
    transition('OFFLINE', channel, user)
  end
end

-- Users who are online do not count against those who are remembered.
local function forgetWhoWentFirst()
  local here = redis.call('ZLEXCOUNT', connections, '[\n', '(\11')
  local excess = redis.call('ZCARD', seen) - here - ARGV[4]
  if excess > 0 then
    redis.call('ZREMRANGEBYRANK', seen, 0, math.min(excess, 2 * CHUNK) - 1)
  end
end

local function shorten()
  local excess = redis.call('ZCARD', log) - MAX_LOG
  if excess > 0 then
    local last = redis.call('ZRANGE', log, excess - 1, excess - 1, 'WITHSCORES')
    redis.call('HSET', state, 'cut', last[2])
    redis.call('ZREMRANGEBYRANK', log, 0, excess - 1)
  end
end

local function save()
  redis.call(
    'HSET', state, 'last', wall, 'lead', lead, 'sequence', sequence, 'described', described)
  bulk(function(...) redis.call('ZADD', log, ...) end, logged)
  shorten()
  if #fresh > 0 and redis.call('HLEN', caller) < MAX_UNCONFIRMED then
    bulk(function(...) redis.call('HSET', caller, ...) end, fresh)
    redis.call('PEXPIRE', caller, CALLER_MILLIS)
  end
  forgetWhoWentFirst()
end

local function keepAll()
  for _, key in ipairs({state, entries, expiry, connections, seen, log}) do
    redis.call('PEXPIRE', key, KEPT_MILLIS)
  end
end

local function answer(count, more)
  local all = {'OK', epoch, redis.call('ZCARD', expiry), count, more}
  for _, text in ipairs(told) do
    all[#all + 1] = text
  end
  return all
end
