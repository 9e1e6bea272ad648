import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { envVars } from "../shared/celery/environment";
import { type PackageNames, withPackage } from "../inject/objects";
import { CONTAINER_SECURITY, type OwnPod, resources } from "../shared/pods";
import type {
  PodContainer,
  PodEnvSource,
  PodOptions,
  PodSidecar,
  PodStartupProbe,
  PodTokenVolume,
  PodVolume,
} from "./args";

type Spec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type Volume = k8s.types.input.core.v1.Volume;
type VolumeSource = Omit<Volume, "name">;
type EnvSource = k8s.types.input.core.v1.EnvFromSource;

/** The component's pod with the user's additions, which are valid. `packageNames` are the ConfigMaps with the
 * Python package, if the image does not have it. */
export function podSpec(ownPod: OwnPod, pod: PodOptions = {}, packageNames?: PackageNames): Spec {
  const own = withPackage(ownPod, packageNames);
  const [container] = own.containers;
  const before = [...(pod.initContainers ?? []).map(initContainer), ...(pod.sidecars ?? []).map(sidecar)];
  return {
    ...own,
    ...(pod.serviceAccountName && { serviceAccountName: pod.serviceAccountName }),
    automountServiceAccountToken: pod.automountServiceAccountToken ?? false,
    ...(pod.imagePullSecrets && { imagePullSecrets: pod.imagePullSecrets.map((name) => ({ name })) }),
    ...(pod.hostAliases && { hostAliases: pod.hostAliases }),
    ...(pod.runtimeClassName && { runtimeClassName: pod.runtimeClassName }),
    securityContext: { ...own.securityContext, ...pod.securityContext },
    ...(before.length > 0 && { initContainers: before }),
    containers: [
      {
        ...container,
        ...envFrom(pod.envFrom),
        volumeMounts: [...container.volumeMounts, ...(pod.volumeMounts ?? [])],
      },
    ],
    volumes: [...own.volumes, ...(pod.volumes ?? []).map(volume)],
  };
}

/** The annotations of the pods: the component's, and the user's, which take precedence. */
export function podAnnotations(
  pod: PodOptions = {},
  own: Record<string, string> = {},
): { annotations?: Record<string, pulumi.Input<string>> } {
  const annotations = { ...own, ...pod.annotations };
  return Object.keys(annotations).length > 0 ? { annotations } : {};
}

function initContainer(container: PodContainer): Container {
  const { name, image, command, args, env = {}, envFromSecrets = {}, runAsUser } = container;
  const variables = envVars(env, envFromSecrets);
  return {
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    ...(command && { command }),
    ...(args && { args }),
    ...(variables.length > 0 && { env: variables }),
    ...envFrom(container.envFrom),
    ...(container.compute && { resources: resources(container.compute) }),
    securityContext: {
      ...CONTAINER_SECURITY,
      readOnlyRootFilesystem: !container.writableRootFilesystem,
      ...(runAsUser !== undefined && { runAsUser, runAsGroup: runAsUser }),
    },
    ...(container.volumeMounts && { volumeMounts: container.volumeMounts }),
  };
}

function sidecar(container: PodSidecar): Container {
  return {
    ...initContainer(container),
    restartPolicy: "Always",
    ...(container.startupProbe && { startupProbe: startupProbe(container.startupProbe) }),
  };
}

function startupProbe({ port, path }: PodStartupProbe): k8s.types.input.core.v1.Probe {
  const check = path === undefined ? { tcpSocket: { port } } : { httpGet: { port, path } };
  return { ...check, periodSeconds: 1, failureThreshold: 120 };
}

function envFrom(sources: PodEnvSource[] = []): { envFrom?: EnvSource[] } {
  return sources.length > 0 ? { envFrom: sources.map(envSource) } : {};
}

function envSource({ secretName, configMapName, prefix, optional }: PodEnvSource): EnvSource {
  const flag = optional === undefined ? {} : { optional };
  return {
    ...(prefix !== undefined && { prefix }),
    ...(secretName !== undefined && { secretRef: { name: secretName, ...flag } }),
    ...(configMapName !== undefined && { configMapRef: { name: configMapName, ...flag } }),
  };
}

function volume({ name, ...source }: PodVolume): Volume {
  return { name, ...volumeSource(source) };
}

function volumeSource(source: Omit<PodVolume, "name">): VolumeSource {
  const { secretName, configMapName, claimName, emptyDir, csi, serviceAccountToken } = source;
  if (secretName !== undefined) return { secret: { secretName } };
  if (configMapName !== undefined) return { configMap: { name: configMapName } };
  if (claimName !== undefined) return { persistentVolumeClaim: { claimName } };
  if (csi) return { csi };
  if (serviceAccountToken) return { projected: { sources: [token(serviceAccountToken)] } };
  return { emptyDir: emptyDir ?? {} };
}

function token({ audience, expirationSeconds = 3600 }: PodTokenVolume) {
  return { serviceAccountToken: { audience, expirationSeconds, path: "token" } };
}
