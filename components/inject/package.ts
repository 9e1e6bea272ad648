import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { replaceable } from "../shared/childOptions";
import { pythonPackage } from "./files";
import { type PackageNames, type PackageOwner, packageConfigMaps } from "./objects";

/** A component that may need the package. */
interface Owner extends PackageOwner {
  inject?: boolean;
}

interface SharedPackage {
  readonly namespace: pulumi.Input<string>;
  readonly configMaps: PackageNames;
}

/** Packages of components with parts, which use it instead of one each. */
const shared = new WeakMap<pulumi.Resource, SharedPackage>();

/** Creates the package of a component, if it has `inject`, for itself and its parts. */
export function createPackage(parent: pulumi.Resource, owner: Owner): PackageNames | undefined {
  const { name, namespace, inject } = owner;
  if (!inject) return undefined;
  const configMaps = packageConfigMaps(owner, pythonPackage()).map(
    (args, index) =>
      new k8s.core.v1.ConfigMap(`${name}-package-${index + 1}`, args, replaceable(parent)).metadata.name,
  );
  shared.set(parent, { namespace, configMaps });
  return configMaps;
}

/** Names of the ConfigMaps with the package of a part: those of the component that it belongs to, or its own. */
export function packageOf(
  part: pulumi.Resource,
  owner: Owner,
  parent: pulumi.Resource | undefined,
): PackageNames | undefined {
  const found = owner.inject && parent ? shared.get(parent) : undefined;
  return found?.namespace === owner.namespace ? found?.configMaps : createPackage(part, owner);
}
