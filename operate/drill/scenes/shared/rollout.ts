import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";

/** The patch that `kubectl rollout restart` applies. */
export const restartPatch = () => ({
  spec: {
    template: {
      metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() } },
    },
  },
});

export const STRATEGIC_MERGE = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);

interface Workload {
  readonly metadata?: { readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly replicas?: number;
  };
}

/** Returns whether every pod is ready and from the newest template, and no old pods are left. */
export function isRolledOut({ metadata, spec, status }: Workload): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    status?.observedGeneration === metadata?.generation &&
    status?.updatedReplicas === wanted &&
    status.readyReplicas === wanted &&
    status.replicas === wanted
  );
}
