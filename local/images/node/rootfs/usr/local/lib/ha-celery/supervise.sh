# shellcheck shell=bash
# Keeps the components of a container running. Process 1 sources this file.

logs=/var/log/ha-celery
# Read by explain-failure: names of the components in the order of their starts, and of their unexpected exits.
started=/run/ha-celery/started
ended=/run/ha-celery/ended
mkdir -p "$logs" "$(dirname "$started")"
rm -f "$started" "$ended"

# start NAME COMMAND...: runs the command in the background, and restarts it one second after every exit.
start() {
  local name=$1 status
  shift
  echo "$name" >> "$started"
  (
    while true; do
      status=0
      "$@" >> "$logs/$name.log" 2>&1 || status=$?
      echo "$name" >> "$ended"
      echo "$name exited with code $status; restarting it" | tee --append "$logs/$name.log"
      sleep 1
    done
  ) &
}

# until_succeeds COMMAND...: retries the command five times a second.
until_succeeds() {
  until "$@" > /dev/null 2>&1; do
    sleep 0.2
  done
}

# /readyz requires no authentication. kubectl would take processor time from the API server that is starting.
api_is_ready() {
  local status
  status=$(printf 'GET /readyz HTTP/1.0\r\n\r\n' |
    timeout 2 openssl s_client -quiet -connect "$CONTROL_PLANE_IP:6443" 2> /dev/null | head -n 1) || true
  [[ $status == *" 200 "* ]]
}

# render TEMPLATE TARGET: substitutes environment variables.
render() {
  mkdir -p "$(dirname "$2")"
  envsubst < "/etc/ha-celery/$1" > "$2"
}

# Limits every log to twice this size, because a cluster may run for weeks.
trim_logs() {
  while sleep 60; do
    find "$logs" -name '*.log' -size +20M -exec cp {} {}.1 \; -exec truncate --size 0 {} \;
  done
}

end() {
  trap '' TERM INT
  kill -TERM -1
  for _ in {1..20}; do
    [ -n "$(jobs -rp)" ] || break
    sleep 0.1
  done
  exit 0
}
trap end TERM INT

# supervise: makes process 1 reap exited processes from now on.
supervise() {
  trim_logs &
  while true; do
    wait -n || true
  done
}
