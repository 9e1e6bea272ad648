import type * as random from "@pulumi/random";

/** Generated password: 40 letters and digits, 238 bits, URL-safe. */
export const GENERATED: random.RandomPasswordArgs = { length: 40, special: false };
