import type * as pulumi from "@pulumi/pulumi";
import type { Compute, SecretKey } from "../types";

/** Additions to the pods of a component. What the component's guarantees depend on cannot be changed here: an
 * addition that conflicts with it is an error. Changing any of them replaces the pods. */
export interface PodOptions {
  /** ServiceAccount of the pods, which must exist in the namespace. Workload Identity of GKE needs nothing else.
   * @default the namespace's ServiceAccount `default` */
  serviceAccountName?: pulumi.Input<string>;
  /** Mounts the ServiceAccount's token, for code that calls the Kubernetes API. Workload Identity of GKE does not use
   * the mounted token.
   * @default false */
  automountServiceAccountToken?: boolean;
  /** Names of Secrets with the registries' credentials.
   * @default none */
  imagePullSecrets?: pulumi.Input<string>[];
  /** Labels in addition to the component's. `ha-celery/client-of.NAME: "true"` lets the pods connect to a further broker,
   * the `RabbitMqCluster` NAME.
   * @default none */
  labels?: Record<string, string>;
  /** Annotations of the pods.
   * @default none */
  annotations?: Record<string, pulumi.Input<string>>;
  /** Secrets and ConfigMaps whose keys become environment variables of the application. `env`, `envFromSecrets`, and
   * the component's own variables take precedence.
   * @default none */
  envFrom?: PodEnvSource[];
  /** Volumes in addition to the component's.
   * @default none */
  volumes?: PodVolume[];
  /** Mounts of `volumes` in the application's container.
   * @default none */
  volumeMounts?: PodVolumeMount[];
  /** Containers that run to completion, one after the other, before the application starts.
   * @default none */
  initContainers?: PodContainer[];
  /** Native sidecars: they start before the application, after `initContainers`, and stop after it has finished its
   * tasks. Requires Kubernetes 1.29 or later.
   * @default none */
  sidecars?: PodSidecar[];
  /** Additional entries of `/etc/hosts`.
   * @default none */
  hostAliases?: PodHostAlias[];
  /** RuntimeClass of the pods, for example `gvisor`.
   * @default the cluster's default runtime */
  runtimeClassName?: string;
  /** Additions to the security context of the pods.
   * @default none */
  securityContext?: PodSecurityAdditions;
}

/** A source of environment variables. Exactly one of `secretName` and `configMapName` is set. */
export interface PodEnvSource {
  /** Name of a Secret. */
  secretName?: pulumi.Input<string>;
  /** Name of a ConfigMap. */
  configMapName?: pulumi.Input<string>;
  /** Text with which every variable's name starts.
   * @default none */
  prefix?: string;
  /** Whether the pod starts without the Secret or ConfigMap.
   * @default false */
  optional?: boolean;
}

/** A volume. Exactly one of the fields besides `name` is set. */
export interface PodVolume {
  /** Name of the volume, unique in the pod. */
  name: string;
  /** Name of a Secret whose keys are the files. */
  secretName?: pulumi.Input<string>;
  /** Name of a ConfigMap whose keys are the files. */
  configMapName?: pulumi.Input<string>;
  /** Name of a PersistentVolumeClaim. Several pods on different Kubernetes nodes need the access mode
   * `ReadWriteMany` or `ReadOnlyMany`. */
  claimName?: pulumi.Input<string>;
  /** An empty directory that is deleted with the pod. */
  emptyDir?: PodEmptyDir;
  /** A volume of a CSI driver, for example secrets-store.csi.k8s.io. */
  csi?: PodCsiVolume;
  /** A token of the pod's ServiceAccount for another service, for example for a cloud's identity federation. */
  serviceAccountToken?: PodTokenVolume;
}

/** An empty directory. */
export interface PodEmptyDir {
  /** `Memory` for a directory in memory, which counts towards the memory of the containers.
   * @default the node's disk */
  medium?: string;
  /** Maximum size, a Kubernetes quantity such as `1Gi`.
   * @default unlimited */
  sizeLimit?: string;
}

/** A volume of a CSI driver. */
export interface PodCsiVolume {
  /** Name of the driver. */
  driver: string;
  /** Whether the volume is read-only.
   * @default false */
  readOnly?: boolean;
  /** Attributes that the driver reads.
   * @default none */
  volumeAttributes?: Record<string, string>;
}

/** A token of the pod's ServiceAccount, as the file `token`. */
export interface PodTokenVolume {
  /** Audience of the token: the service that accepts it. */
  audience: string;
  /** Lifetime of the token, in seconds. Kubernetes renews the file.
   * @default 3600 */
  expirationSeconds?: number;
}

/** A mount of one of `volumes`. */
export interface PodVolumeMount {
  /** Name of the volume. */
  name: string;
  /** Absolute path in the container. */
  mountPath: string;
  /** Path in the volume.
   * @default the volume's root */
  subPath?: string;
  /** Whether the mount is read-only.
   * @default false */
  readOnly?: boolean;
}

/** A container that runs beside or before the application. It has the Pod Security level `restricted`. */
export interface PodContainer {
  /** Name of the container, unique in the pod. */
  name: string;
  /** Image of the container. */
  image: pulumi.Input<string>;
  /** The container's command.
   * @default the image's entrypoint */
  command?: string[];
  /** Arguments of the command.
   * @default those of the image */
  args?: pulumi.Input<string>[];
  /** Environment variables.
   * @default none */
  env?: Record<string, pulumi.Input<string>>;
  /** Environment variables with values from Secrets in the namespace.
   * @default none */
  envFromSecrets?: Record<string, SecretKey>;
  /** Secrets and ConfigMaps whose keys become environment variables.
   * @default none */
  envFrom?: PodEnvSource[];
  /** Mounts of `volumes`.
   * @default none */
  volumeMounts?: PodVolumeMount[];
  /** CPU and memory of the container, in addition to the application's.
   * @default no requests and no limits */
  compute?: Compute;
  /** User and group ID of the container.
   * @default those of the application's container */
  runAsUser?: number;
  /** Whether the container may write to its root filesystem.
   * @default false */
  writableRootFilesystem?: boolean;
}

/** A container that runs for as long as the application. */
export interface PodSidecar extends PodContainer {
  /** Condition for starting the application.
   * @default the application starts once the sidecar's process runs */
  startupProbe?: PodStartupProbe;
}

/** A check that a sidecar has started, once per second for up to two minutes. */
export interface PodStartupProbe {
  /** Port of the sidecar. */
  port: number;
  /** Path of an HTTP request to the port.
   * @default none; the port must accept a TCP connection */
  path?: string;
}

/** An entry of `/etc/hosts`. */
export interface PodHostAlias {
  /** IP address. */
  ip: string;
  /** Host names of the address. */
  hostnames: string[];
}

/** Additions to the pods' security context that the Pod Security level `restricted` allows. */
export interface PodSecurityAdditions {
  /** Groups of the containers' processes in addition to `runAsUser`, for example for a shared filesystem.
   * @default none */
  supplementalGroups?: number[];
  /** Group that owns the files of the volumes.
   * @default `runAsUser` */
  fsGroup?: number;
}
