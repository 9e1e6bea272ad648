import type { V1LocalObjectReference, V1Namespace, V1Pod } from "@kubernetes/client-node";
import { DRILL_LABEL } from "../load/names";

/** A separate namespace, because the installation's own one forbids the privileges that the agent needs. */
export const AGENT_NAMESPACE = "ha-celery-drill";
export const AGENT_CONTAINER = "agent";
/** The agent of a killed drill exits after this time. */
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

/** Runs as root in the node's PID and network namespaces, like `kubectl debug node`, but is not privileged. */
export function agentPod({ run, kubernetesNode, image, imagePullSecrets = [] }: AgentSpec): V1Pod {
  return {
    metadata: {
      name: agentName(run, kubernetesNode),
      namespace: AGENT_NAMESPACE,
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
