-- Reads a part of the organizations that may have entries: how many there are in all, then each with
-- when it was touched, or 0 where that is so recent that it must not be forgotten.
--
--   KEYS[1] sorted set: organization -> when it was last touched, in epoch milliseconds
--   ARGV[1] epoch milliseconds, for tests; empty for Redis' own time
--   ARGV[2] rank of the first one
--   ARGV[3] how many
--   ARGV[4] how long nobody must have touched one that may be forgotten, in milliseconds
--   ARGV[5] and so on, in pairs: an organization to forget, and when it was touched; one that was
--           touched since then is kept

local wall = tonumber(ARGV[1])
if not wall then
  local time = redis.call('TIME')
  wall = time[1] * 1000 + math.floor(time[2] / 1000)
end
for i = 5, #ARGV, 2 do
  if redis.call('ZSCORE', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
local answer = {redis.call('ZCARD', KEYS[1])}
local found = redis.call('ZRANGE', KEYS[1], ARGV[2], ARGV[2] + ARGV[3] - 1, 'WITHSCORES')
for i = 1, #found, 2 do
  answer[#answer + 1] = found[i]
  answer[#answer + 1] = wall - found[i + 1] >= tonumber(ARGV[4]) and found[i + 1] or '0'
end
return answer
