import type { Policies } from "@pulumi/policy";
import {
  closedFindings,
  type Entrance,
  entranceFindings,
  ENTRANCES,
  NETWORK_POLICY,
  type NetworkPolicy,
  openPolicyFindings,
  type Service,
  serviceFindings,
} from "./access";
import { affinityFindings, budgetFindings, patchFindings, PATCHES } from "./broker";
import { type ConfigMap, configFindings, quorumFindings } from "./config";
import { eachInStack, eachOf, STATEFUL_SET, type Workload } from "./objects";
import { eachPod } from "./pods";
import { containersOf } from "./podSpec";
import { restrictedFindings } from "./restricted";

const CONFIG_MAP = /^kubernetes:core\/v1:ConfigMap$/;
const DIGEST = /@sha256:[0-9a-f]{64}$/;

const mandatory = (policies: Policies): Policies =>
  policies.map((policy) => ({ ...policy, enforcementLevel: "mandatory" as const }));

/** Policies for every stack. */
export const policies: Policies = mandatory([
  {
    name: "broker-nodes-apart",
    description: "Broker nodes must never share a Kubernetes node.",
    validateResource: eachOf<Workload>(STATEFUL_SET, affinityFindings),
  },
  {
    name: "broker-disruption-budget",
    description: "A drain of Kubernetes nodes must evict one broker node at a time.",
    validateStack: eachInStack<Workload>(STATEFUL_SET, budgetFindings),
  },
  {
    name: "broker-not-public",
    description: "No Service may expose the broker outside the Kubernetes cluster.",
    validateStack: eachInStack<Service>(/^kubernetes:core\/v1:Service(Patch)?$/, serviceFindings),
  },
  {
    name: "broker-not-routed",
    description: "No Ingress or Gateway may route to the broker.",
    validateStack: eachInStack<Entrance>(ENTRANCES, entranceFindings),
  },
  {
    name: "broker-network-closed",
    description: "A NetworkPolicy must limit who connects to the broker.",
    validateStack: eachInStack<Workload>(STATEFUL_SET, closedFindings),
  },
  {
    name: "broker-network-not-opened",
    description: "No NetworkPolicy may let everyone connect to the broker.",
    validateStack: eachInStack<NetworkPolicy>(NETWORK_POLICY, openPolicyFindings),
  },
  {
    name: "broker-not-patched",
    description: "No Patch resource may change the broker's objects.",
    validateStack: eachInStack(PATCHES, patchFindings),
  },
  {
    name: "quorum-queues-by-default",
    description: "A queue that is declared without a type must be a quorum queue.",
    validateResource: eachOf<ConfigMap>(CONFIG_MAP, quorumFindings),
  },
  {
    name: "broker-config-safe",
    description: "No line of rabbitmq.conf may undo a guarantee.",
    validateResource: eachOf<ConfigMap>(CONFIG_MAP, configFindings),
  },
  {
    name: "images-by-digest",
    description: "Pods must run images by digest, because tags can move.",
    validateResource: eachPod((pod, isPatch) =>
      containersOf(pod)
        .filter(({ image }) => (image === undefined ? !isPatch : !DIGEST.test(image)))
        .map(({ name, image }) => ({
          what: `container ${name} runs ${image ?? "no image"}, which is not a digest`,
          fix: "use the `ref` of a ContainerImage, or repository@sha256:...",
        })),
    ),
  },
  {
    name: "restricted-pods",
    description: "Pods must comply with the Pod Security level `restricted`.",
    validateResource: eachPod(restrictedFindings),
  },
]);
