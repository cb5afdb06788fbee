-- Takes over users of whom the calling node knows that they were online when an epoch was lost, and
-- whose own node does not tell so any more: they live on as if they had been kept when the new epoch
-- began, so that a sweep finds them gone. Answers KEPT where nothing was lost; YOUNG while nodes that
-- live may not have told of their own yet; else READY.
--
--   ARGV[5] the epoch that the node knew
--   ARGV[6] lifetime of an entry, in milliseconds
--   ARGV[7] how old the epoch must be, in milliseconds
--   ARGV[8] name of the epoch, if one begins
--   ARGV[9] how many of the following users went just before the loss, 0 to 1,000
--   ARGV[10] and so on: those, then the ones to take over, at most 1,000; none before READY

if epoch ~= '' and epoch == ARGV[5] then
  return answer(0, {'KEPT'})
end
begin(ARGV[8])
local first = 10 + ARGV[9]
if first > 10 then
  redis.call('SADD', gone, unpack(ARGV, 10, first - 1))
  redis.call('PEXPIRE', gone, YOUNG_MILLIS)
end
for i = first, #ARGV do
  local user = ARGV[i]
  if not isOnline('', user) and redis.call('SISMEMBER', gone, user) == 0 then
    local connection = '~' .. user -- which none of a client's begins with
    local name = '\n' .. connection
    redis.call('HSET', entries, name, table.concat({user, '0', '0', ''}, '\n'))
    redis.call('ZADD', connections, 0, member('', user, 0, connection))
    redis.call('ZADD', expiry, born + ARGV[6], name)
    redis.call('ZADD', seen, 'GT', wall, user)
  end
end
save()
keepAll()
return answer(0, {now - born < tonumber(ARGV[7]) and 'YOUNG' or 'READY'})
