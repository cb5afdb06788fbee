-- Users who are online in one scope: for each the id, when they were last seen, and their metadata.
--
--   KEYS entries, connections, seen of presence-state.lua
--   ARGV[1] the channel, empty for the organization as a whole
--   ARGV[2] how many users at most

local entries, connections, seen = unpack(KEYS)
local CHUNK = 1000
local channel, max = ARGV[1], tonumber(ARGV[2])
local users, names = {}, {}

-- Backwards, so that the first one of a user is the one described last, and the rest is skipped.
local lowest, below = '[' .. channel .. '\n', '(' .. channel .. '\11'
while #users < max do
  local found = redis.call('ZREVRANGEBYLEX', connections, below, lowest, 'LIMIT', 0, CHUNK)
  for _, member in ipairs(found) do
    local user, connection = string.match(member, '^[^\n]*\n([^\n]*)\n%d+\n(.*)$')
    if user ~= users[#users] and #users < max then
      users[#users + 1] = user
      names[#names + 1] = channel .. '\n' .. connection
    end
  end
  if #found < CHUNK then
    break
  end
  below = '(' .. channel .. '\n' .. users[#users] .. '\n'
end

local answer = {}
for from = 1, #users, CHUNK do
  local to = math.min(from + CHUNK - 1, #users)
  local values = redis.call('HMGET', entries, unpack(names, from, to))
  local seenAt = redis.call('ZMSCORE', seen, unpack(users, from, to))
  for i = from, to do
    local value = values[i - from + 1]
    answer[#answer + 1] = users[i]
    answer[#answer + 1] = seenAt[i - from + 1] or '0'
    answer[#answer + 1] = value and string.match(value, '^[^\n]*\n%d\n%d+\n(.*)$') or ''
  end
end
return answer
