import type { V1LocalObjectReference, V1Namespace, V1Pod } from "@kubernetes/client-node";
import { BROKER_CONTAINER } from "../../../components/rabbitMqCluster/names";
import { DRILL_LABEL, INSTALLATION_LABEL } from "../load/names";

export const AGENT_CONTAINER = "agent";
/** Scripts that undo what the agent has changed. They survive a restart of its container. */
export const UNDO_FOLDER = "/undo";
/** If nothing else ends the agent, it exits after this time, and undoes its changes. */
const LIFETIME_SECONDS = 3600;
/** Time to undo the changes. */
const UNDO_SECONDS = 30;

/** Image of the broker's running container, by digest. */
export function imageByDigest(brokers: readonly V1Pod[]): string {
  const statuses = brokers.flatMap(({ status }) => status?.containerStatuses ?? []);
  const container = statuses.find(({ name, imageID }) => name === BROKER_CONTAINER && imageID.includes("@"));
  // Docker adds a scheme.
  return container?.imageID.replace(/^.*:\/\//, "") ?? statuses[0]?.image ?? "";
}

export interface AgentSpec {
  readonly run: string;
  readonly kubernetesNode: string;
  readonly image: string;
  readonly imagePullSecrets?: readonly V1LocalObjectReference[];
}

export const agentName = (run: string, kubernetesNode: string): string => `agent-${run}-${kubernetesNode}`;

/** A separate namespace, because the installation's own one forbids the privileges that the agent needs. */
export const agentNamespaceOf = (run: string): string => `ha-celery-drill-${run}`;

export function agentNamespace(run: string, installation: string): V1Namespace {
  return {
    metadata: {
      name: agentNamespaceOf(run),
      labels: {
        "app.kubernetes.io/part-of": "ha-celery-drill",
        [DRILL_LABEL]: run,
        [INSTALLATION_LABEL]: installation,
        "pod-security.kubernetes.io/enforce": "privileged",
      },
    },
  };
}

/** Undoes the changes when the agent ends, and when it starts again after its container was killed. */
const AGENT_SCRIPT = `undo() {
  for file in ${UNDO_FOLDER}/*; do
    [ -e "$file" ] && sh "$file" && rm -f "$file"
  done
}
undo
trap 'undo; exit 0' TERM
sleep infinity &
wait`;

/** Runs as root in the node's PID and network namespaces, like `kubectl debug node`, but is not privileged. */
export function agentPod({ run, kubernetesNode, image, imagePullSecrets = [] }: AgentSpec): V1Pod {
  return {
    metadata: {
      name: agentName(run, kubernetesNode),
      namespace: agentNamespaceOf(run),
      labels: { [DRILL_LABEL]: run, "app.kubernetes.io/part-of": "ha-celery-drill" },
    },
    spec: {
      // Bypasses the scheduler, so that the agent also runs on a cordoned or full node.
      nodeName: kubernetesNode,
      tolerations: [{ operator: "Exists" }],
      hostPID: true,
      // The kubelet reaches the agent even if a fault breaks the pod network.
      hostNetwork: true,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      activeDeadlineSeconds: LIFETIME_SECONDS,
      terminationGracePeriodSeconds: UNDO_SECONDS,
      restartPolicy: "Always",
      imagePullSecrets: [...imagePullSecrets],
      volumes: [{ name: "undo", emptyDir: {} }],
      containers: [
        {
          name: AGENT_CONTAINER,
          image,
          imagePullPolicy: "IfNotPresent",
          command: ["sh", "-c", AGENT_SCRIPT],
          volumeMounts: [{ name: "undo", mountPath: UNDO_FOLDER }],
          securityContext: {
            runAsUser: 0,
            runAsGroup: 0,
            runAsNonRoot: false,
            seccompProfile: { type: "Unconfined" },
            // The runtime's default profile forbids signals and ptrace to processes outside the container.
            appArmorProfile: { type: "Unconfined" },
            seLinuxOptions: { type: "spc_t" },
            capabilities: {
              add: ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "KILL", "SYS_CHROOT", "DAC_READ_SEARCH"],
            },
          },
        },
      ],
    },
  };
}
