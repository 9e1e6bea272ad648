import type * as pulumi from "@pulumi/pulumi";

/** Options of a child whose loss costs data or access. It is protected by the argument, or else by the component's own
 * option `protect`: false would override that. */
export const stateful = (parent: pulumi.Resource, deletionProtection: boolean) => ({
  parent,
  protect: deletionProtection || undefined,
});

/** Options of a child that a change of the arguments replaces. The component's own option `protect` would block it. */
export const replaceable = (parent: pulumi.Resource) => ({ parent, protect: false });

/** Replaces a Secret whose values change also with the provider's `enableSecretMutable`, because pods restart for its
 * new name. The provider reports changes of `stringData` as changes of `data`, unless they are unknown. */
export const renamed = (parent: pulumi.Resource) => ({
  ...replaceable(parent),
  replaceOnChanges: ["data", "stringData"],
});
