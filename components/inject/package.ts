import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { pythonPackage } from "./files";
import { packageConfigMap } from "./objects";

/** A component that may need the package. */
interface Owner {
  name: string;
  namespace: pulumi.Input<string>;
  inject?: boolean;
}

interface SharedPackage {
  readonly namespace: pulumi.Input<string>;
  readonly configMapName: pulumi.Output<string>;
}

/** Packages of components with parts, which use it instead of one each. */
const shared = new WeakMap<pulumi.Resource, SharedPackage>();

/** Creates the package of a component, if it has `inject`, for itself and its parts. */
export function createPackage(
  parent: pulumi.Resource,
  { name, namespace, inject }: Owner,
): pulumi.Output<string> | undefined {
  if (!inject) return undefined;
  const args = packageConfigMap(name, namespace, pythonPackage());
  const configMapName = new k8s.core.v1.ConfigMap(`${name}-package`, args, { parent }).metadata.name;
  shared.set(parent, { namespace, configMapName });
  return configMapName;
}

/** Name of the ConfigMap with the package of a part: the one of the component that it belongs to, or its own. */
export function packageOf(
  part: pulumi.Resource,
  owner: Owner,
  parent: pulumi.Resource | undefined,
): pulumi.Output<string> | undefined {
  const found = owner.inject && parent ? shared.get(parent) : undefined;
  return found?.namespace === owner.namespace ? found?.configMapName : createPackage(part, owner);
}
