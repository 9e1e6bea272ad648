import { setTimeout as sleep } from "node:timers/promises";
import { listAt, stringAt } from "../plugin/values";
import { waitUntilGone, type WaitOptions } from "./await/wait";
import type { ClusterClient } from "./client";
import type { ProviderConfig } from "./config";
import { ApiError, isStatus, Unreachable, UnknownKind } from "./errors";
import { annotation, describe, keyOf, type KubeObject } from "./objects";

type Force = Pick<ProviderConfig, "forceConflicts">;
type Applied = Awaited<ReturnType<ClusterClient["apply"]>>;

// The official plugin's field manager, so that the stand-in can take over its stacks.
const OFFICIAL_MANAGER = "pulumi-kubernetes";
const NOT_FOUND_RETRIES = 4;

/** Creates or updates an object, or sets fields of one (`patch`). Errors explain the API server's reason. */
export async function applyObject(
  object: KubeObject,
  manager: string,
  action: "create" | "update" | "patch",
  options: WaitOptions,
  config: Force,
): Promise<Applied> {
  const key = keyOf(object);
  let live = await options.client.get(key, options.signal);
  if (live && stringAt(live, "metadata", "deletionTimestamp")) {
    options.status("waiting until the previous object of this name is deleted");
    await waitUntilGone(live, options);
    live = undefined;
  }
  if (action === "create" && live && !manages(live, manager)) throw alreadyExists(object);
  if (action === "update" && !live) {
    throw new Error(
      `${describe(key)} is no longer in the cluster. Run pulumi refresh, then repeat the update.`,
    );
  }
  const force =
    config.forceConflicts ||
    annotation(object, "pulumi.com/patchForce") === "true" ||
    manages(live, OFFICIAL_MANAGER);
  for (let attempt = 1; ; attempt++) {
    try {
      return await options.client.apply(key, object, {
        manager,
        force,
        dryRun: false,
        signal: options.signal,
      });
    } catch (error) {
      // The object's namespace may not exist yet.
      if (!isStatus(error, 404) || attempt > NOT_FOUND_RETRIES) throw explain(error, object);
      options.status(`${(error as ApiError).message}; retrying`);
      await sleep(1000 * attempt, undefined, { signal: options.signal });
    }
  }
}

/** Returns the object as the server would store it; undefined if only the real run can determine it. */
export async function previewObject(
  object: KubeObject,
  manager: string,
  client: ClusterClient,
  config: Force,
): Promise<KubeObject | undefined> {
  const key = keyOf(object);
  try {
    const live = await client.get(key);
    if (live && !manages(live, manager)) return undefined;
    const force = config.forceConflicts || !live || manages(live, OFFICIAL_MANAGER);
    return (await client.apply(key, object, { manager, force, dryRun: true })).object;
  } catch (error) {
    if (
      error instanceof Unreachable ||
      error instanceof UnknownKind ||
      isStatus(error, 404) ||
      isStatus(error, 403)
    )
      return undefined;
    // An object that is about to be replaced still has its previous immutable fields.
    if (isImmutable(error)) return undefined;
    throw explain(error, object);
  }
}

/** Whether the manager owns a field of the object. */
export function manages(live: KubeObject | undefined, manager: string): boolean {
  return listAt(live, "metadata", "managedFields").some((entry) => stringAt(entry, "manager") === manager);
}

function alreadyExists(object: KubeObject): Error {
  const key = keyOf(object);
  const namespace = key.namespace ? ` -n ${key.namespace}` : "";
  return new Error(
    `${describe(key)} already exists in the cluster and was not created by this resource of this stack. Do one of these:\n` +
      "  - if it belongs to this stack under another resource name: add that name to the resource's aliases\n" +
      "  - if this stack should manage it from now on: pulumi import\n" +
      "  - if it is unrelated: remove or change metadata.name\n" +
      `  - if it is no longer needed: kubectl delete ${key.kind.toLowerCase()} ${key.name}${namespace}`,
  );
}

function isImmutable(error: unknown): boolean {
  return isStatus(error, 422) && /immutable|updates to .* are forbidden/i.test((error as ApiError).message);
}

function explain(error: unknown, object: KubeObject): unknown {
  const name = describe(keyOf(object));
  if (isStatus(error, 409)) {
    return new Error(
      `${name}: another manager owns a field that the program sets. ${(error as ApiError).message}\n` +
        `Remove the field from the program, or take ownership with the annotation pulumi.com/patchForce: "true".`,
    );
  }
  if (isImmutable(error)) {
    return new Error(
      `${name} exists, and the program changes a field that is immutable in Kubernetes. ${(error as ApiError).message}\n` +
        "Replace the object with pulumi up --replace URN, or delete it with kubectl and repeat the update.",
    );
  }
  return error instanceof ApiError ? new Error(`The API server rejected ${name}: ${error.message}`) : error;
}
