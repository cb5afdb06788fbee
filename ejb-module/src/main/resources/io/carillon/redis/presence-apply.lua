-- Applies changes to the presence of one organization.
--
--   ARGV[5] lifetime of an entry, in milliseconds
--   ARGV[6] grace time, in milliseconds
--   ARGV[7] number of this call: rises with each call of the node
--   ARGV[8] name of the epoch, if one begins
--   ARGV[9] and so on, for each change: kind, channel, connection, user, metadata

local FIRST, WIDTH = 9, 5
local ttl, grace, call = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

-- Sent again since the answer was lost, or overtaken by a later one of the same node.
if call <= lastCall then
  return answer(0, {})
end
redis.call('HSET', caller, 'call', call)
redis.call('PEXPIRE', caller, CALLER_MILLIS)

begin(ARGV[8])

local names = {}
for i = FIRST, #ARGV, WIDTH do
  names[#names + 1] = ARGV[i + 1] .. '\n' .. ARGV[i + 2]
end
local cache = {} -- false for none
for i, value in ipairs(redis.call('HMGET', entries, unpack(names))) do
  cache[names[i]] = value
end
local expires = {} -- false where it has ended
local alive = {}

local function write(name, user, released, at, metadata)
  local value = table.concat({user, released, at, metadata}, '\n')
  cache[name] = value
  redis.call('HSET', entries, name, value)
end

-- What the node has kept before and is unknown was lost with everything else if this epoch is too
-- young for an entry to have expired in it: then nobody was told that its user went, unless it was
-- one of those known to have gone.
local function isRebuilt(kind, channel, user)
  return kind == 'EXTEND'
    and now - born < ttl
    and (channel ~= '' or redis.call('SISMEMBER', gone, user) == 0)
end

local function keep(kind, name, channel, connection, user, metadata)
  local value = cache[name]
  local released, at, metadataBefore = '0', '0', ''
  if value then
    user, released, at, metadataBefore = parse(value)
  elseif not isOnline(channel, user) and not isRebuilt(kind, channel, user) then
    transition('ONLINE', channel, user)
  end
  local isDescribed = metadata ~= metadataBefore
  if value and isDescribed then
    redis.call('ZREM', connections, member(channel, user, at, connection))
  end
  if isDescribed then
    described = described + 1
    at = string.format('%.0f', described)
  end
  if not value or isDescribed then
    redis.call('ZADD', connections, 0, member(channel, user, at, connection))
  end
  if not value or isDescribed or released == '1' then
    write(name, user, '0', at, metadata)
  end
  expires[name] = now + ttl
  alive[user] = true
end

local function release(name)
  local value = cache[name]
  if not value then
    return
  end
  local user, released, at, metadata = parse(value)
  if released == '1' then
    return -- a second release grants no second grace
  end
  write(name, user, '1', at, metadata)
  local ends = expires[name] or tonumber(redis.call('ZSCORE', expiry, name) or now)
  expires[name] = math.min(ends, now + grace)
  alive[user] = true
end

local function remove(name)
  local value = cache[name]
  if value then
    local user = parse(value)
    ended(name, value)
    cache[name] = false
    expires[name] = false
    alive[user] = true
  end
end

for i = FIRST, #ARGV, WIDTH do
  local kind, channel, connection = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local name = channel .. '\n' .. connection
  if kind == 'RELEASE' then
    release(name)
  elseif kind == 'REMOVE' then
    remove(name)
  else
    keep(kind, name, channel, connection, ARGV[i + 3], ARGV[i + 4])
  end
end

local toKeep, toEnd, toSee = {}, {}, {}
for name, ends in pairs(expires) do
  if ends then
    toKeep[#toKeep + 1] = ends
    toKeep[#toKeep + 1] = name
  else
    toEnd[#toEnd + 1] = name
  end
end
for user in pairs(alive) do
  toSee[#toSee + 1] = wall
  toSee[#toSee + 1] = user
end
bulk(function(...) redis.call('ZADD', expiry, ...) end, toKeep)
bulk(function(...) redis.call('ZREM', expiry, ...) end, toEnd)
bulk(function(...) redis.call('ZADD', seen, 'GT', ...) end, toSee)
save()
keepAll()
return answer(0, {})
