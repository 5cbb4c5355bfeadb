-- requests.lua lets wrk make at most a number of requests and judge every answer; exit code 1: one is wrong.
local limit = 3000
local threads = {}

function setup(thread) table.insert(threads, thread) end
function init() seen, wrong = 0, 0 end  -- globals: done asks the threads for them

function response(status, headers, body)
  seen = seen + 1
  if status ~= 200 or body ~= "hello from a goroutine\n" or headers["Content-Type"] ~= "text/plain" then wrong = wrong + 1 end
  if seen >= limit then wrk.thread:stop() end
end

function done(summary, latency, requests)
  local bad, n, e = 0, 0, summary.errors
  for _, t in ipairs(threads) do bad, n = bad + t:get("wrong"), n + t:get("seen") end
  io.write(string.format("%d answers, %d wrong, errors: connect %d read %d write %d status %d timeout %d\n",
    n, bad, e.connect, e.read, e.write, e.status, e.timeout))
  if bad + e.connect + e.read + e.write + e.status > 0 or n == 0 then os.exit(1) end
end
