-- Takes from several token buckets at once: from all of them, or from none.
-- KEYS: the buckets. ARGV[1]: "take" or "settle"; then capacity, refill per second and amount for each bucket.
-- A bucket is "level time", time in microseconds of this server's clock, so that replicas need not agree on theirs.
-- "settle" takes without asking and may leave a debt; a negative amount gives back.
-- Returns: index of the bucket that refused (0: none), microseconds until it would not, then the level of each.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local settle = ARGV[1] == 'settle'
local level, at = {}, {}
local refused, wait = 0, 0

for i = 1, #KEYS do
  local capacity, rate, amount = tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3]), tonumber(ARGV[i * 3 + 1])
  level[i], at[i] = capacity, now
  local stored = redis.call('GET', KEYS[i])
  if stored then
    local space = string.find(stored, ' ', 1, true)
    level[i] = tonumber(string.sub(stored, 1, space - 1))
    local before = tonumber(string.sub(stored, space + 1))
    if now >= before then
      level[i] = math.min(capacity, level[i] + (now - before) * rate / 1000000)
    else
      at[i] = before
    end
  end
  if not settle and level[i] < amount then
    local missing = (amount - level[i]) / rate * 1000000
    if missing > wait then
      refused, wait = i, missing
    end
  end
end

if refused == 0 then
  for i = 1, #KEYS do
    local capacity, rate, amount = tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3]), tonumber(ARGV[i * 3 + 1])
    level[i] = math.min(capacity, level[i] - amount)
    -- A bucket that is full again needs no memory.
    local expiry = math.ceil((capacity - level[i]) / rate * 1000) + 1000
    redis.call('SET', KEYS[i], string.format('%.6f %.0f', level[i], at[i]), 'PX', string.format('%.0f', expiry))
  end
end

local answer = { tostring(refused), string.format('%.0f', wait) }
for i = 1, #KEYS do
  answer[i + 2] = string.format('%.6f', level[i])
end
return answer
