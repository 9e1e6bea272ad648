import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** The longest id of a service account. */
export const ACCOUNT_ID_LENGTH = 30;
/** The longest id of a repository. */
export const REPOSITORY_ID_LENGTH = 63;

const HASH_LENGTH = 8;

/** An id that nobody else in the Google Cloud project has: the name as far as it fits, and a hash of the owner. */
export function uniqueId(name: string, owner: string, longest: number): string {
  const hash = createHash("sha256").update(`${owner}/${name}`).digest("hex").slice(0, HASH_LENGTH);
  const head = name.slice(0, longest - HASH_LENGTH - 1).replace(/-+$/, "");
  return `${head}-${hash}`;
}

/** Whom the ids of this run belong to: two stacks in one Google Cloud project have different ones. */
export function thisStack(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}
