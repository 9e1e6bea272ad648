import { stringify } from "yaml";
import { localName } from "../paths";
import { zoneOf } from "./layout";

/** What `kind create cluster` is given: a control plane and, like our own clusters, worker nodes in turn in each zone. */
export function kindConfig(cluster: string, nodes: number): string {
  return stringify({
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    name: localName(cluster),
    nodes: [
      { role: "control-plane" },
      ...Array.from({ length: nodes }, (_, index) => ({
        role: "worker",
        labels: { "topology.kubernetes.io/region": "local", "topology.kubernetes.io/zone": zoneOf(index) },
      })),
    ],
    // Lets a file per registry say where images come from.
    containerdConfigPatches: [
      '[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n',
    ],
  });
}

/** How a node of kind reaches the registry container, whose name resolves in kind's network. */
export function kindHosts(registryContainer: string): string {
  return `[host."http://${registryContainer}:5000"]\n  capabilities = ["pull", "resolve"]\n`;
}

/** What was found about kind on this machine. */
export interface KindFacts {
  /** `kind version` worked. */
  readonly installed: boolean;
  /** The images that are neither present nor can be pulled. */
  readonly missing: readonly string[];
}

/** Whether kind makes the cluster, and a clause that says why. */
export function checkKind({ installed, missing }: KindFacts): { usable: boolean; reason: string } {
  if (!installed)
    return { usable: false, reason: "is assembled from our own node image, because kind is not on PATH" };
  if (missing.length > 0) {
    const images = missing.join(" and ");
    return {
      usable: false,
      reason: `is assembled from our own node image, because kind lacks ${images}, which cannot be pulled`,
    };
  }
  return { usable: true, reason: "is made by kind, which is on PATH and has its images" };
}
