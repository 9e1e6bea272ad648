import { COOKIE_KEY } from "./credentials";
import { headlessName } from "./services";
import type { ResolvedBroker } from "./resolve";

/** Configuration file that names the node to join, if that is not node 0. */
export const seedFile = (home: string) => `${home}/seed.conf`;

/** Runs before each node starts, with the cookie mounted at /cookie. */
export function prepareScript(broker: ResolvedBroker, home: string): string {
  const peers = Array.from({ length: broker.replicas }, (_, ordinal) => `${broker.name}-${ordinal}`);
  return `set -eu
# Erlang refuses a cookie that its group may read, and the group of a mounted Secret always may.
cp /cookie/${COOKIE_KEY} ${home}/.erlang.cookie
chmod 600 ${home}/.erlang.cookie
: > ${seedFile(home)}

# Node 0 founds the cluster. With an empty volume beside a living cluster it would found a second one, and any other node would
# join under its old name and vote on what it has forgotten. So whoever comes to a living cluster joins it as a new member.
for peer in ${peers.join(" ")}; do
  [ "$peer" != "$POD_NAME" ] || continue
  host="$peer.${headlessName(broker)}.$POD_NAMESPACE.svc.${broker.clusterDomain}"
  timeout 2 bash -c ": < /dev/tcp/$host/${broker.amqp.port}" 2> /dev/null || continue
  if [ ! -d "${home}/mnesia/$RABBITMQ_NODENAME" ]; then
    forgotten=$(timeout 90 rabbitmqctl --node "rabbit@$host" forget_cluster_node "$RABBITMQ_NODENAME" 2>&1) ||
      case "$forgotten" in *not_a_cluster_node*) ;; *) echo "$forgotten"; exit 1 ;; esac
    echo "This volume is empty: joining the cluster of $host as a new member"
  fi
  echo "cluster_formation.k8s.seed_node = rabbit@$host" > ${seedFile(home)}
  exit 0
done
`;
}
