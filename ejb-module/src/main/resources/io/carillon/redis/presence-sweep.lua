-- Ends entries of one organization that have expired, and tells the node who came and who went
-- meanwhile, whichever node was given that: NEXT, then transitions of the log; or ALL and a sequence
-- where the node has to read who is there, and to follow from that sequence.
--
--   ARGV[5] how many at most, 1 to 1,000
--   ARGV[6] sequence up to which the node has followed the log; empty where it has not

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
if ARGV[6] == '' or tonumber(ARGV[6]) < cut then
  return answer(#due, {'ALL', string.format('%.0f', sequence)})
end
local news = redis.call('ZRANGEBYSCORE', log, '(' .. ARGV[6], '+inf', 'LIMIT', 0, CHUNK)
table.insert(news, 1, 'NEXT')
return answer(#due, news)
