-- Notes that organizations may have entries, so that every node's sweep goes there.
--
--   KEYS[1] sorted set: organization -> when it was last touched, in epoch milliseconds
--   ARGV[1] epoch milliseconds, for tests; empty for Redis' own time
--   ARGV[2] and so on: the organizations, at most 1,000

local wall = ARGV[1]
if wall == '' then
  local time = redis.call('TIME')
  wall = time[1] * 1000 + math.floor(time[2] / 1000)
end
local scored = {}
for i = 2, #ARGV do
  scored[#scored + 1] = wall
  scored[#scored + 1] = ARGV[i]
end
redis.call('ZADD', KEYS[1], unpack(scored))
return {}
