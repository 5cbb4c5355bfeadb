# echo_ns.sh: sourced by the scripts that measure TCP echo; $work has echo_load.
# echo_ns VARIABLE=VALUE SERVER: nanoseconds a request over 64 connections.
echo_ns() {
  rm -f "$work/ready" && mkfifo "$work/ready"
  env "$1" "$2" >"$work/ready" &
  server=$!
  IFS= read -r line <"$work/ready"
  "$work/echo_load" "${line##*:}" 64 "${REQUESTS:-100000}" | awk '{ printf "%.1f\n", 1e9 / $1 }'
  kill "$server"
  wait "$server" 2>/dev/null || true
}
