import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";

/** What `kubectl rollout restart` changes. */
export const restart = () => ({
  spec: {
    template: {
      metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() } },
    },
  },
});

export const AS_MERGE = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);

interface Rolled {
  readonly metadata?: { readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly replicas?: number;
  };
}

/** True when every pod is of the newest template and ready, and no other is left. */
export function rolledOut({ metadata, spec, status }: Rolled): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    status?.observedGeneration === metadata?.generation &&
    status?.updatedReplicas === wanted &&
    status.readyReplicas === wanted &&
    status.replicas === wanted
  );
}
