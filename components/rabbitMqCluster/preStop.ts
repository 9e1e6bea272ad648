import { CLOSE_CLIENTS } from "./closeClients";
import { podNames } from "./names";
import { hostOf } from "./services";
import { POD_INFO_DIR, PodInfo } from "./podInfo";
import type { ResolvedBroker } from "./resolve";

/** Timeout of a check, in seconds. */
const CHECK_SECONDS = 10;

/** Seconds of the grace period that remain for the check in progress, for closing clients, and for the stop itself. Of a
 * short period, half remains. */
const STOP_SECONDS = 60;

/** Runs before a node stops: waits until the others have a majority without it, then transfers clients and leaders.
 * It has a time limit and never fails. */
export function preStopScript(broker: ResolvedBroker): string {
  const drain = Math.floor(broker.gracePeriodSeconds * 0.1);
  const half = Math.floor(broker.gracePeriodSeconds / 2);
  const wait = Math.max(broker.gracePeriodSeconds - drain - STOP_SECONDS, half);
  const peers = podNames(broker.name, broker.replicas);
  return `released() { [ -s ${POD_INFO_DIR}/${PodInfo.skipWait} ]; }
dispensable() { timeout ${CHECK_SECONDS * 2} rabbitmq-upgrade await_online_quorum_plus_one -t ${CHECK_SECONDS}; }
ask() { timeout ${CHECK_SECONDS * 2} rabbitmqctl --quiet --node "$1" eval "$2"; }

# When all nodes stop together, those that are left would wait for each other. So each tells that it wants to stop, for as long as it
# runs, and a peer that is no pod any more does not count. While DNS is away, every name is unknown, and that says nothing.
all_stop() {
  for peer in ${peers.join(" ")}; do
    [ "$peer" != "$POD_NAME" ] || continue
    host="${hostOf(broker, "$peer", "$POD_NAMESPACE")}"
    getent hosts "$host" > /dev/null || { getent hosts kubernetes.default.svc.${broker.clusterDomain} > /dev/null && continue; return 1; }
    ask "rabbit@$host" "application:get_env(rabbit, ha_celery_stopping, false)." | grep -q true || return 1
  done
}

late() { [ "$(date +%s)" -ge "$end" ]; }

released && exit 0
end=$(($(date +%s) + ${wait}))
if ! dispensable; then
  ask "$RABBITMQ_NODENAME" "application:set_env(rabbit, ha_celery_stopping, true)."
  until released || all_stop || late || dispensable; do sleep 1; done
fi
ask "$RABBITMQ_NODENAME" "${CLOSE_CLIENTS}"
timeout ${drain} rabbitmq-upgrade drain -t ${drain}
exit 0
`;
}
