-- How wrk drives a DRS: with the requests of a file that wrk_load.py writes.
-- Arguments: that file, the workload, the prefix of order numbers, for how many requests a scheduled order rests.
-- Prints one line of JSON at the end.

local threads = {}

function setup(thread)
   table.insert(threads, thread)
end

local function queue()
   local first, last, items = 1, 0, {}
   return {
      put = function(item)
         last = last + 1
         items[last] = item
      end,
      -- The oldest item, as long as more than `kept` are there.
      take = function(kept)
         if last - first + 1 <= kept then
            return nil
         end
         local item = items[first]
         items[first] = nil
         first = first + 1
         return item
      end,
   }
end

local function in_turn(list)
   local index = 0
   return function()
      index = index % #list + 1
      return list[index]
   end
end

-- A body in parts, with the name of what comes between them: wrk shares the processors with what it drives, and
-- neither gsub nor wrk.format is compiled.
local function in_parts(body)
   local parts, names, last = {}, {}, 1
   for first, name, after in body:gmatch("()@(%u+)@()") do
      table.insert(parts, body:sub(last, first - 1))
      table.insert(names, name)
      last = after
   end
   return { parts = parts, names = names, rest = body:sub(last) }
end

local function all_in_parts(bodies)
   local found = {}
   for index, body in ipairs(bodies) do
      found[index] = in_parts(body)
   end
   return found
end

local function filled_in(body, order)
   local filled = ""
   for index = 1, #body.parts do
      filled = filled .. body.parts[index] .. order[body.names[index]]
   end
   return filled .. body.rest
end

-- Makes the request of a body.
local function posting(headers)
   local before, after = wrk.format("POST", nil, headers, "@"):match("^(.-Content%-Length: )1(.-)@$")
   return function(body)
      return before .. #body .. after .. body
   end
end

-- Searches, each with an order number of its own.
local function searches(bodies, prefix)
   local search = in_turn(all_in_parts(bodies))
   local count = 0
   return function()
      count = count + 1
      return filled_in(search(), { NUMBER = "0" .. prefix .. count })
   end
end

-- Each order goes through these queues. Requests of several connections may overtake each other, so that a scheduled
-- order rests for as long as takes a few requests of every connection; a selected one is known from its answer.
local function workflow(work, prefix, rest)
   local created, scheduled, selected = queue(), queue(), queue()
   local count = 0
   local step, availability = in_turn(work.steps), searches(work.availability, prefix)
   local create, schedule = in_turn(all_in_parts(work.create)), in_turn(all_in_parts(work.schedule))
   local select_order, delete_order, post = in_parts(work.select), in_parts(work.delete), posting(work.headers)
   local bodies = {
      checkAvailability = availability,
      createOrder = function()
         count = count + 1
         return filled_in(create(), { NUMBER = prefix .. count })
      end,
      scheduleBooking = function()
         local order = created.take(0)
         if order then
            scheduled.put(order)
            return filled_in(schedule(), order)
         end
      end,
      selectOrder = function()
         local order = scheduled.take(rest)
         return order and filled_in(select_order, order)
      end,
      deleteOrder = function()
         local order = selected.take(0)
         return order and filled_in(delete_order, order)
      end,
   }
   sent = { checkAvailability = 0, createOrder = 0, scheduleBooking = 0, selectOrder = 0, deleteOrder = 0 }

   function request()
      local kind = step()
      local body = bodies[kind]()
      if not body then
         kind, body = "checkAvailability", availability()
      end
      sent[kind] = sent[kind] + 1
      return post(body)
   end

   heard = function(answer)
      local queued = answer:find("createOrderResponse", 1, true) and created
         or answer:find("selectOrderResponse", 1, true) and selected
      if queued then
         local number = answer:match("<primaryOrderNumber>([^<]+)<")
         queued.put({ NUMBER = number, BOOKING = answer:match("<bookingId>([^<]+)<") })
      end
   end
end

local function always_new(work, prefix)
   local search, post = searches(work.availability, prefix), posting(work.headers)
   function request()
      return post(search())
   end
end

local function again_and_again(work, prefix)
   local ready, post = {}, posting(work.headers)
   for index, body in ipairs(all_in_parts(work.availability)) do
      ready[index] = post(filled_in(body, { NUMBER = prefix .. index }))
   end
   request = in_turn(ready)
end

local workloads = {
   ["checkAvailability"] = always_new,
   ["checkAvailability again"] = again_and_again,
   ["workflow"] = workflow,
}

function init(arguments)
   local work = dofile(arguments[1])
   refused, refusal, sent = 0, nil, {}
   heard = function() end
   workloads[arguments[2]](work, arguments[3], tonumber(arguments[4]))
end

function response(status, headers, body)
   if body:find("status>success</", 1, true) then
      heard(body)
   else
      refused = refused + 1
      refusal = refusal or body:sub(1, 500)
   end
end

function done(summary, latency)
   local refused_by_all, first, sent_by_all = 0, "", {}
   for _, thread in ipairs(threads) do
      refused_by_all = refused_by_all + thread:get("refused")
      first = thread:get("refusal") or first
      for kind, count in pairs(thread:get("sent")) do
         table.insert(sent_by_all, string.format('"%s": %d', kind, count))
      end
   end
   local errors = summary.errors
   local broken = errors.connect + errors.read + errors.write + errors.timeout + errors.status
   io.write(string.format(
      '{"requests": %d, "seconds": %f, "p50_us": %f, "p99_us": %f, "broken": %d, "refused": %d, "refusal": "%s", "sent": {%s}}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
      broken, refused_by_all, (first:gsub('[%c"\\]', " ")), table.concat(sent_by_all, ", ")
   ))
end
