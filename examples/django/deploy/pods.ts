import type * as kubernetes from "@pulumi/kubernetes";

type Container = kubernetes.types.input.core.v1.Container;
type PodSpec = kubernetes.types.input.core.v1.PodSpec;
type Volume = kubernetes.types.input.core.v1.Volume;
type VolumeMount = kubernetes.types.input.core.v1.VolumeMount;

/** A container before it is in a pod. */
export type PlainContainer = Omit<Container, "volumeMounts"> & { volumeMounts?: VolumeMount[] };

/** A pod with one container that fulfills the Pod Security level `restricted`. Only `directories` are writable. */
export function restricted(
  user: number,
  { volumeMounts = [], ...container }: PlainContainer,
  directories: string[],
  { volumes = [], ...spec }: Omit<PodSpec, "containers" | "volumes"> & { volumes?: Volume[] } = {},
): PodSpec {
  const empty = directories.map((mountPath, index) => ({ name: `empty-${index}`, mountPath }));
  return {
    ...spec,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        ...container,
        volumeMounts: [...empty, ...volumeMounts],
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          readOnlyRootFilesystem: true,
        },
      },
    ],
    volumes: [...empty.map(({ name }) => ({ name, emptyDir: {} })), ...volumes],
  };
}
