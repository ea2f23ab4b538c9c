-- Counts a refusal against an address; from a number on each next round of them brings a penalty twice as long.
-- KEYS: strikes, penalty. ARGV: strikes a round, first penalty, longest penalty, memory (all three in milliseconds).
-- Returns the strikes.
local strikes = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local round = tonumber(ARGV[1])
if strikes % round == 0 then
  local penalty = tonumber(ARGV[2]) * 2 ^ (strikes / round - 1)
  redis.call('SET', KEYS[2], '1', 'PX', string.format('%.0f', math.min(penalty, tonumber(ARGV[3]))))
end
return strikes
