import { stringify } from "yaml";
import { localName } from "../paths";
import { zoneOf } from "./layout";

/** Configuration for `kind create cluster`: a control plane and worker nodes, which are spread over three zones. */
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
    // Lets each registry have a hosts.toml file.
    containerdConfigPatches: [
      '[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n',
    ],
  });
}

/** The hosts.toml file with which a kind node reaches the registry container by its name in kind's network. */
export function kindHosts(registryContainer: string): string {
  return `[host."http://${registryContainer}:5000"]\n  capabilities = ["pull", "resolve"]\n`;
}

/** Facts about kind on this machine. */
export interface KindFacts {
  /** Whether `kind version` succeeded. */
  readonly installed: boolean;
  /** Images that are not present and cannot be pulled. */
  readonly missing: readonly string[];
}

/** Decides whether kind creates the cluster, and returns the reason as a clause. */
export function checkKind({ installed, missing }: KindFacts): { usable: boolean; reason: string } {
  if (!installed)
    return { usable: false, reason: "is created from our own node image, because kind is not on PATH" };
  if (missing.length > 0) {
    const images = missing.join(" and ");
    return {
      usable: false,
      reason: `is created from our own node image, because kind needs ${images}, which cannot be pulled`,
    };
  }
  return { usable: true, reason: "is created by kind, which is on PATH and has its images" };
}
