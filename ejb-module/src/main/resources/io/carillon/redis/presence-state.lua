-- The presence of one organization. Begins both presence-apply.lua and presence-sweep.lua.
--
--   KEYS[1] state        hash: epoch, born, last, lead, sequence, described
--   KEYS[2] entries      hash: NAME -> user \n released \n described \n metadata
--   KEYS[3] expiry       sorted set: NAME -> when it ends
--   KEYS[4] connections  sorted set in the order of bytes (all scores are 0):
--                        channel \n user \n described \n connection
--   KEYS[5] seen         sorted set: user -> when last known to live, in epoch milliseconds
--   KEYS[6] caller       hash, the calling node's own: "call" -> number of its last call of apply;
--                        sequence -> transition that the node has not confirmed yet
--
--   ARGV[1] epoch milliseconds, for tests; empty for Redis' own time
--   ARGV[2] sequence of the last transition that the node was given
--   ARGV[3] the epoch that the node knows, or empty
--   ARGV[4] how many users are remembered after they went
--
-- NAME is channel \n connection; the channel is empty for the organization as a whole. Neither
-- channels nor users have control characters, so a line break ends them, and \11 follows it.
-- "described" counts what connections told about themselves: the latest of a user is shown.

local state, entries, expiry, connections, seen, caller = unpack(KEYS)
local CHUNK = 1000 -- what Lua can pass in one call is limited
local MAX_UNCONFIRMED = 10000
local CALLER_MILLIS = 600000 -- a node that says nothing for so long is gone

local micros
if ARGV[1] == '' then
  local time = redis.call('TIME')
  micros = time[1] * 1000000 + time[2]
else
  micros = ARGV[1] * 1000
end
local wall = math.floor(micros / 1000)

local before = redis.call('HMGET', state, 'epoch', 'born', 'last', 'lead', 'sequence', 'described')
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

-- After a wipe, too, it goes on above what the node has seen.
local sequence = math.max(tonumber(before[5] or 0), tonumber(ARGV[2]))
local described = tonumber(before[6] or 0)

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
local function transition(change, channel, user)
  sequence = math.max(sequence + 1, micros)
  local number = string.format('%.0f', sequence)
  local text = table.concat({number, change, channel, user}, '\n')
  told[#told + 1] = text
  fresh[#fresh + 1] = number
  fresh[#fresh + 1] = text
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

local function save()
  redis.call(
    'HSET', state, 'last', wall, 'lead', lead, 'sequence', sequence, 'described', described)
  if #fresh > 0 and redis.call('HLEN', caller) < MAX_UNCONFIRMED then
    bulk(function(...) redis.call('HSET', caller, ...) end, fresh)
    redis.call('PEXPIRE', caller, CALLER_MILLIS)
  end
  forgetWhoWentFirst()
end

local function answer(count)
  local all = {'OK', epoch, redis.call('ZCARD', expiry), count}
  for _, text in ipairs(told) do
    all[#all + 1] = text
  end
  return all
end
