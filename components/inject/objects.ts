import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { PACKAGE_DIR } from "../shared/celery/contract";
import { type Labels, labelsOf } from "../shared/labels";
import type { OwnPod } from "../shared/pods";
import { type PythonPackage, pythonPackage } from "./files";

const VOLUME = "ha-celery-package";

/** Names of the ConfigMaps with the package, one for each of its parts. */
export type PackageNames = readonly pulumi.Output<string>[];

/** Starts a command with the package. It extends PYTHONPATH of the image, which a variable of the pod would replace. */
const START = ["sh", `${PACKAGE_DIR}/ha_celery/start.sh`];

/** A component with the package. */
export interface PackageOwner {
  name: string;
  namespace: pulumi.Input<string>;
  /** Undefined for a component with parts. */
  labels?: Labels;
}

/** The package as ConfigMaps. Their names contain a hash of the files, so that a new version replaces the pods, and the
 * role of the component, because workers and a beat may have the same name. */
export function packageConfigMaps(
  { name: instance, namespace, labels }: PackageOwner,
  { parts, hash }: PythonPackage,
): k8s.core.v1.ConfigMapArgs[] {
  const role = labels ? `${labels["app.kubernetes.io/component"]}-` : "";
  return parts.map((files, index) => ({
    metadata: {
      name: `${instance}-package-${role}${hash}-${index + 1}`,
      namespace,
      labels: labelsOf("ha-celery", instance, "package"),
    },
    immutable: true,
    data: Object.fromEntries(files.map(({ key, text }) => [key, text])),
  }));
}

/** The pod with the package from its ConfigMaps; the same pod if there are none. */
export function withPackage(pod: OwnPod, configMaps: PackageNames | undefined): OwnPod {
  if (configMaps === undefined) return pod;
  const [container] = pod.containers;
  const { parts } = pythonPackage();
  const sources = configMaps.map((name, index) => ({
    configMap: { name, items: parts[index]?.map(({ key, path }) => ({ key, path })) ?? [] },
  }));
  return {
    ...pod,
    containers: [
      {
        ...container,
        command: [...START, ...container.command],
        volumeMounts: [...container.volumeMounts, { name: VOLUME, mountPath: PACKAGE_DIR, readOnly: true }],
      },
    ],
    volumes: [...pod.volumes, { name: VOLUME, projected: { sources } }],
  };
}

/** Returns a command that starts with the package if another container's command does. */
export function startedLike(other: readonly string[] | undefined, command: readonly string[]): string[] {
  const hasPackage = START.every((word, index) => other?.[index] === word);
  return hasPackage ? [...START, ...command] : [...command];
}
