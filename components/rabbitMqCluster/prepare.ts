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

/**
 * Erlang expression that removes a node from all quorum queues, and returns how many still count it. A queue whose only
 * member is on the node is not counted: its tasks are gone, and there is nobody whom it could outvote. The node that
 * evaluates it may still have RabbitMQ 4.2.
 */
export const leaveQueues = (node: string): string =>
  `Count = fun() -> length([Q || Q <- rabbit_amqqueue:list(), amqqueue:get_type(Q) =:= rabbit_quorum_queue, ` +
  `Nodes <- [rabbit_amqqueue:get_quorum_nodes(Q)], lists:member('${node}', Nodes), Nodes =/= ['${node}']]) end, ` +
  `Count() > 0 andalso rabbit_quorum_queue:shrink_all('${node}'), Count().`;

/** Interval at which a waiting node checks whether another one serves, in seconds. */
const LOOK_SECONDS = 3;

/**
 * Runs before each node starts. Node 0 founds the cluster at the first start of the installation. From then on, a node
 * with an empty volume never founds a cluster and never resumes its old membership: it waits until another node
 * serves, however long that takes, has itself forgotten by the cluster and by every queue, and joins as a new member.
 * Otherwise node 0 would found a second cluster, and any other node would vote on what it has forgotten.
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

# A queue without a leader, such as one that still reads its log, keeps its member: "forgotten" says nothing about it.
forget() {
  forgotten=$(timeout 90 rabbitmqctl --node "rabbit@$1" forget_cluster_node "$RABBITMQ_NODENAME" 2>&1) ||
    case "$forgotten" in *not_a_cluster_node*) ;; *) echo "$forgotten"; exit 1 ;; esac
  while true; do
    left=$(timeout 90 rabbitmqctl --quiet --node "rabbit@$1" eval "${leaveQueues("$RABBITMQ_NODENAME")}" 2>&1) ||
      { echo "$left"; exit 1; }
    [ "$left" != 0 ] || return 0
    echo "This volume is empty, and $left queues still count the node's former member: waiting until they have a leader"
    sleep ${LOOK_SECONDS}
  done
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
  forget "$host"
  echo "This volume is empty: joining the cluster of $host as a new member"
fi
join "$host"
`;
}
