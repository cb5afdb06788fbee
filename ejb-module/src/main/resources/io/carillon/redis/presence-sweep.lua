-- Ends entries of one organization that have expired.
--
--   ARGV[5] how many at most, 1 to 1,000

local due = redis.call('ZRANGEBYSCORE', expiry, '-inf', now, 'LIMIT', 0, ARGV[5])
if #due > 0 then
  redis.call('ZREM', expiry, unpack(due))
  for i, value in ipairs(redis.call('HMGET', entries, unpack(due))) do
    if value then
      ended(due[i], value)
    end
  end
end
if #due > 0 or isSetBack then
  save()
end
return answer(#due)
