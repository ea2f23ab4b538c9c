-- Counts turns that run at once. KEYS[1]: one string for each holder set, "id until;id until;...".
-- ARGV: "hold", "renew" or "release"; the holder's id; most holders; milliseconds until a holder that is not renewed is dropped.
-- Returns 1 when the holder has its slot, else 0.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local act, id, most, lease = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local kept, count, mine = {}, 0, false

local stored = redis.call('GET', KEYS[1])
if stored then
  for holder, till in string.gmatch(stored, '([^ ;]+) (%d+)') do
    if holder == id then
      mine = true
    elseif tonumber(till) > now then
      count = count + 1
      kept[count] = holder .. ' ' .. till
    end
  end
end

local has = 0
if act == 'renew' or (act == 'hold' and (mine or count < most)) then
  count = count + 1
  kept[count] = id .. ' ' .. string.format('%.0f', now + lease)
  has = 1
end

if count == 0 then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], table.concat(kept, ';'), 'PX', string.format('%.0f', lease * 2))
end
return has
