import * as pulumi from "@pulumi/pulumi";

/** Seconds that an upgrade of a node gives its pods, by the Kubernetes provider of their cluster. */
const limits = new WeakMap<pulumi.ProviderResource, number>();

export function limitDrain(provider: pulumi.ProviderResource, seconds: number): void {
  limits.set(provider, seconds);
}

/** Grace period of pods. */
export interface Grace {
  /** Name of the argument that sets it, and its value. */
  argument: string;
  seconds: number;
  /** What happens to pods that take longer, and what to do. */
  consequence: string;
}

/** Warns about pods that may need longer than an upgrade of their node gives them. */
export function warnOfShortDrain(component: pulumi.ComponentResource, name: string, grace: Grace): void {
  const provider = component.getProvider("kubernetes:core/v1:Pod");
  const limit = provider && limits.get(provider);
  if (limit === undefined || grace.seconds <= limit) return;
  const what = `${component.constructor.name} "${name}": ${grace.argument} is ${grace.seconds}`;
  const text = `${what}, but GKE gives pods ${limit} s when it upgrades their node. ${grace.consequence}`;
  void pulumi.log.warn(text, component);
}
