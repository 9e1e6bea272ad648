# shellcheck shell=bash
# Keeps the components of one container running. Sourced by process 1.

logs=/var/log/ha-celery
# What explain-failure reads: the names of the components in the order in which they were started, and ended unasked.
started=/run/ha-celery/started
ended=/run/ha-celery/ended
mkdir -p "$logs" "$(dirname "$started")"
rm -f "$started" "$ended"

# start NAME COMMAND...: runs the command in the background, and again one second after it ends for whatever reason.
start() {
  local name=$1 status
  shift
  echo "$name" >> "$started"
  (
    while true; do
      status=0
      "$@" >> "$logs/$name.log" 2>&1 || status=$?
      echo "$name" >> "$ended"
      echo "$name ended with exit code $status; starting it again" | tee --append "$logs/$name.log"
      sleep 1
    done
  ) &
}

# until_succeeds COMMAND...: tries five times a second.
until_succeeds() {
  until "$@" > /dev/null 2>&1; do
    sleep 0.2
  done
}

# Anyone may ask this. A kubectl each time would take from the API server the processor time that it needs to get ready.
api_is_ready() {
  local status
  status=$(printf 'GET /readyz HTTP/1.0\r\n\r\n' |
    timeout 2 openssl s_client -quiet -connect "$CONTROL_PLANE_IP:6443" 2> /dev/null | head -n 1) || true
  [[ $status == *" 200 "* ]]
}

# render TEMPLATE TARGET: fills in the environment's variables.
render() {
  mkdir -p "$(dirname "$2")"
  envsubst < "/etc/ha-celery/$1" > "$2"
}

# A cluster may run for weeks: no log takes more than twice this much.
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

# supervise: from here on process 1 only collects ended processes.
supervise() {
  trim_logs &
  while true; do
    wait -n || true
  done
}
