import type * as pulumi from "@pulumi/pulumi";

/** Replaces a Secret whose values change also with the provider's `enableSecretMutable`, because pods restart for its
 * new name. The provider reports changes of `stringData` as changes of `data`, unless they are unknown. */
export const RENAMED_ON_CHANGE: pulumi.CustomResourceOptions = { replaceOnChanges: ["data", "stringData"] };
