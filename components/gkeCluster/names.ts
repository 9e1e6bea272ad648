import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** Maximum length of a service account ID. */
export const ACCOUNT_ID_LENGTH = 30;
/** Maximum length of a repository ID. */
export const REPOSITORY_ID_LENGTH = 63;

const HASH_LENGTH = 8;

/** An ID that is unique in the Google Cloud project: the name, shortened if necessary, and a hash of its owner. */
export function uniqueId(name: string, owner: string, longest: number): string {
  const hash = createHash("sha256").update(`${owner}/${name}`).digest("hex").slice(0, HASH_LENGTH);
  const head = name.slice(0, longest - HASH_LENGTH - 1).replace(/-+$/, "");
  return `${head}-${hash}`;
}

/** Generated inputs that keep their first value: a renamed stack or project would otherwise replace the resource. */
export const KEPT_ACCOUNT_ID = ["accountId"];
export const KEPT_REPOSITORY_ID = ["repositoryId"];

/** Owner of the IDs: two stacks in one Google Cloud project have different IDs. */
export function thisStack(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}
