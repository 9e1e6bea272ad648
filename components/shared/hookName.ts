import * as pulumi from "@pulumi/pulumi";

const taken = new WeakMap<object, Map<string, number>>();

/** The engine requires unique names, but components may share a name, for example in different namespaces. */
export function hookName(name: string): string {
  const monitor = pulumi.runtime.getMonitor();
  if (monitor === undefined) return name;
  const names = taken.get(monitor) ?? new Map<string, number>();
  const count = (names.get(name) ?? 0) + 1;
  taken.set(monitor, names.set(name, count));
  return count === 1 ? name : `${name}-${count}`;
}
