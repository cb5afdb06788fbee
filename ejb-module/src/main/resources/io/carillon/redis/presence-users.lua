-- Reads a part of the users who are online in an organization: 1 or 0 for whether there are more,
-- then the users in the order of bytes.
--
--   KEYS[1] connections of presence-state.lua
--   ARGV[1] the user that the part before ended with, or empty
--   ARGV[2] how many connections to read

local lowest = ARGV[1] == '' and '[\n' or '(\n' .. ARGV[1] .. '\11'
local found = redis.call('ZRANGEBYLEX', KEYS[1], lowest, '(\11', 'LIMIT', 0, ARGV[2])
local answer = {#found == tonumber(ARGV[2]) and 1 or 0}
local last
for _, member in ipairs(found) do
  local user = string.match(member, '^\n([^\n]*)\n')
  if user ~= last then
    answer[#answer + 1] = user
    last = user
  end
end
return answer
