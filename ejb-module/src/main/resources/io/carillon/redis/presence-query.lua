-- What is known of users in an organization: for each whether they are online, when they were last
-- seen, and their metadata.
--
--   KEYS entries, connections, seen of presence-state.lua
--   ARGV the users, 1 to 1,000

local entries, connections, seen = unpack(KEYS)
local online, names = {}, {}
for i, user in ipairs(ARGV) do
  local latest =
    redis.call(
      'ZREVRANGEBYLEX', connections, '(\n' .. user .. '\11', '[\n' .. user .. '\n', 'LIMIT', 0, 1)
  online[i] = latest[1] ~= nil
  names[i] = '\n' .. (latest[1] and string.match(latest[1], '^\n[^\n]*\n%d+\n(.*)$') or '')
end
local seenAt = redis.call('ZMSCORE', seen, unpack(ARGV))
local values = redis.call('HMGET', entries, unpack(names))
local answer = {}
for i = 1, #ARGV do
  answer[#answer + 1] = online[i] and '1' or '0'
  answer[#answer + 1] = seenAt[i] or '0'
  answer[#answer + 1] =
    online[i] and values[i] and string.match(values[i], '^[^\n]*\n%d\n%d+\n(.*)$') or ''
end
return answer
