import type { Policies } from "@pulumi/policy";
import {
  affinityFindings,
  brokerBudgets,
  type ConfigMap,
  quorumFindings,
  type Service,
  serviceFindings,
} from "./broker";
import { containersOf, eachOf, type Workload, WORKLOADS } from "./objects";
import { restrictedFindings } from "./restricted";

const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** Policies for every stack. */
export const policies: Policies = [
  {
    name: "broker-nodes-apart",
    description: "Broker nodes must never share a Kubernetes node.",
    enforcementLevel: "mandatory",
    validateResource: eachOf<Workload>(/^kubernetes:apps\/v1:StatefulSet$/, affinityFindings),
  },
  {
    name: "broker-disruption-budget",
    description: "A drain of Kubernetes nodes must evict one broker node at a time.",
    enforcementLevel: "mandatory",
    validateStack: brokerBudgets,
  },
  {
    name: "broker-not-public",
    description: "No Service may expose the broker outside the Kubernetes cluster.",
    enforcementLevel: "mandatory",
    validateResource: eachOf<Service>(/^kubernetes:core\/v1:Service$/, serviceFindings),
  },
  {
    name: "quorum-queues-by-default",
    description: "A queue that is declared without a type must be a quorum queue.",
    enforcementLevel: "mandatory",
    validateResource: eachOf<ConfigMap>(/^kubernetes:core\/v1:ConfigMap$/, quorumFindings),
  },
  {
    name: "images-by-digest",
    description: "Pods must run images by digest, because tags can move.",
    enforcementLevel: "mandatory",
    validateResource: eachOf<Workload>(WORKLOADS, ({ spec }) =>
      containersOf(spec.template.spec)
        .filter(({ image = "" }) => !DIGEST.test(image))
        .map(({ name, image }) => ({
          what: `container ${name} runs ${image ?? "no image"}, which is not a digest`,
          fix: "use the `ref` of a ContainerImage, or repository@sha256:...",
        })),
    ),
  },
  {
    name: "restricted-pods",
    description: "Pods must comply with the Pod Security level `restricted`.",
    enforcementLevel: "mandatory",
    validateResource: eachOf<Workload>(WORKLOADS, ({ spec }) => restrictedFindings(spec.template.spec)),
  },
];
