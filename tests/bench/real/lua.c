// SPDX-License-Identifier: Apache-2.0
// lua.c: Lua runs a script, each worker in a state of its own: calls, tables, strings, closures, sorting, floats.
#include "lauxlib.h"
#include "lualib.h"

#include "frame.h"

static const char script[] =
    "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end\n"
    "assert(fib(22) == 17711)\n"
    "local words, n = {}, 0\n"
    "for i = 1, 6000 do local w = 'w' .. (i * 7919) % 1009; words[w] = (words[w] or 0) + 1 end\n"
    "for w, c in pairs(words) do n = n + c end\n"
    "assert(n == 6000)\n"
    "local list, x = {}, 1\n"
    "for i = 1, 8000 do x = (x * 16807) % 2147483647; list[i] = x end\n"
    "table.sort(list)\n"
    "table.sort(list, function(a, b) return a > b end)\n"
    "assert(list[1] >= list[2] and list[2] >= list[8000])\n"
    "local parts = {}\n"
    "for i = 1, 3000 do parts[#parts + 1] = string.format('%d:%s', i, string.rep('x', i % 7)) end\n"
    "local text = table.concat(parts, ',')\n"
    "local found = 0\n"
    "for a, b in text:gmatch('(%d+):(x*)') do found = found + #b end\n"
    "assert(found > 0 and #text:gsub('xx', 'y') < #text)\n"
    "local body = {}\n"
    "for i = 1, 12 do body[i] = {x = i, y = 2 * i, vx = 0, vy = 0} end\n"
    "for step = 1, 60 do\n"
    "  for i = 1, 12 do for j = 1, 12 do if i ~= j then\n"
    "    local a, b = body[i], body[j]\n"
    "    local dx, dy = a.x - b.x, a.y - b.y\n"
    "    local f = 0.001 / (dx * dx + dy * dy + 0.01)\n"
    "    a.vx, a.vy = a.vx - dx * f, a.vy - dy * f\n"
    "  end end end\n"
    "  for i = 1, 12 do local b = body[i]; b.x, b.y = b.x + b.vx, b.y + b.vy end\n"
    "end\n";

static void work(int worker) {
  for (int i = 0; i < 4; i++) {
    lua_State *L = luaL_newstate();
    if (!L) fail("no state");
    luaL_openlibs(L);
    if (luaL_dostring(L, script)) fail(lua_tostring(L, -1));
    lua_close(L);
  }
}
