import { COOKIE_KEY } from "./credentials";
import { FOUNDED_KEY } from "./founded";
import { podNames } from "./names";
import { verifyCertificate } from "./interNode";
import { hostOf } from "./services";
import { POD_INFO_DIR, PodInfo } from "./podInfo";
import type { ResolvedBroker } from "./resolve";
import { TLS_DIR } from "./tls";

/** Configuration file that names the node to join, if that is not node 0. */
export const seedFile = (home: string) => `${home}/seed.conf`;

/** Folders that the script reads, besides the node's home. */
export const PREPARE_DIRS = { cookie: "/cookie", founded: "/founded", podInfo: POD_INFO_DIR, tls: TLS_DIR };

/** Interval at which a waiting node checks whether another one serves, in seconds. */
const LOOK_SECONDS = 3;

/**
 * Runs before each node starts. Node 0 founds the cluster at the first start of the installation. From then on, a node
 * with an empty volume never founds a cluster and never resumes its old membership: it waits until another node
 * serves, however long that takes, has itself forgotten, and joins as a new member. Otherwise node 0 would found a
 * second cluster, and any other node would vote on what it has forgotten.
 */
export function prepareScript(broker: ResolvedBroker, home: string, dirs = PREPARE_DIRS): string {
  const peers = podNames(broker.name, broker.replicas);
  return `set -eu
# Erlang refuses a cookie that its group may read, and the group of a mounted Secret always may.
cp ${dirs.cookie}/${COOKIE_KEY} ${home}/.erlang.cookie
chmod 600 ${home}/.erlang.cookie
: > ${seedFile(home)}

founded() { [ -e ${dirs.founded}/${FOUNDED_KEY} ] && [ ! -s ${dirs.podInfo}/${PodInfo.foundAgain} ]; }
empty() { [ ! -d "${home}/mnesia/$RABBITMQ_NODENAME" ]; }
join() { echo "cluster_formation.k8s.seed_node = rabbit@$1" > ${seedFile(home)}; }
others() {
  for peer in ${peers.join(" ")}; do
    [ "$peer" = "$POD_NAME" ] || echo "${hostOf(broker, "$peer", "$POD_NAMESPACE")}"
  done
}
serving() {
  for host in $(others); do
    if timeout 2 bash -c ": < /dev/tcp/$host/${broker.amqp.port}" 2> /dev/null; then echo "$host"; return; fi
  done
  return 1
}

# As process 1, a shell without a trap ignores SIGTERM, so a pod that waits would only end after its grace period.
trap 'exit 143' TERM
${verifyCertificate(broker, dirs.tls)}[ -n "$(others)" ] || exit 0
looks=0
until host=$(serving); do
  founded || exit 0
  # With data it resumes its membership. Should that be incomplete, it joins: it founds no cluster.
  empty || { join "$(others | head -n 1)"; exit 0; }
  [ $((looks % 20)) != 0 ] || echo "This volume is empty, and the installation has a cluster: waiting until another node serves"
  looks=$((looks + 1))
  sleep ${LOOK_SECONDS}
done
if empty; then
  forgotten=$(timeout 90 rabbitmqctl --node "rabbit@$host" forget_cluster_node "$RABBITMQ_NODENAME" 2>&1) ||
    case "$forgotten" in *not_a_cluster_node*) ;; *) echo "$forgotten"; exit 1 ;; esac
  echo "This volume is empty: joining the cluster of $host as a new member"
fi
join "$host"
`;
}
