import type { V1LocalObjectReference, V1Namespace, V1Pod } from "@kubernetes/client-node";
import { DRILL_LABEL } from "../load/names";

/** Of its own: the installation's namespace rightly forbids what the agent needs. */
export const AGENT_NAMESPACE = "ha-celery-drill";
export const AGENT_CONTAINER = "agent";
/** The agent of a drill that was killed ends by itself. */
const LIFETIME_SECONDS = 3600;

export interface AgentSpec {
  readonly run: string;
  readonly kubernetesNode: string;
  readonly image: string;
  readonly imagePullSecrets?: readonly V1LocalObjectReference[];
}

export const agentName = (run: string, kubernetesNode: string): string => `agent-${run}-${kubernetesNode}`;

export function agentNamespace(): V1Namespace {
  return {
    metadata: {
      name: AGENT_NAMESPACE,
      labels: {
        "app.kubernetes.io/part-of": "ha-celery-drill",
        "pod-security.kubernetes.io/enforce": "privileged",
      },
    },
  };
}

/** Root among the processes of the node and on its network: what `kubectl debug node` would be given, but not privileged. */
export function agentPod({ run, kubernetesNode, image, imagePullSecrets = [] }: AgentSpec): V1Pod {
  return {
    metadata: {
      name: agentName(run, kubernetesNode),
      namespace: AGENT_NAMESPACE,
      labels: { [DRILL_LABEL]: run, "app.kubernetes.io/part-of": "ha-celery-drill" },
    },
    spec: {
      // No scheduler: also on a cordoned or full node.
      nodeName: kubernetesNode,
      tolerations: [{ operator: "Exists" }],
      hostPID: true,
      // Reached through the kubelet even when a fault is done to the network of pods.
      hostNetwork: true,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      activeDeadlineSeconds: LIFETIME_SECONDS,
      terminationGracePeriodSeconds: 0,
      restartPolicy: "Always",
      imagePullSecrets: [...imagePullSecrets],
      containers: [
        {
          name: AGENT_CONTAINER,
          image,
          imagePullPolicy: "IfNotPresent",
          command: ["sleep", "infinity"],
          securityContext: {
            runAsUser: 0,
            runAsGroup: 0,
            runAsNonRoot: false,
            seccompProfile: { type: "Unconfined" },
            // The runtime's own profile forbids signals and ptrace to processes outside of it.
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
