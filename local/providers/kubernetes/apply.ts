import { setTimeout as sleep } from "node:timers/promises";
import { listAt, stringAt } from "../plugin/values";
import { waitUntilGone, type WaitOptions } from "./await/wait";
import type { ClusterClient } from "./client";
import type { ProviderConfig } from "./config";
import { ApiError, isStatus, Unreachable, UnknownKind } from "./errors";
import { annotation, describe, keyOf, type KubeObject } from "./objects";

type Force = Pick<ProviderConfig, "forceConflicts">;
type Applied = Awaited<ReturnType<ClusterClient["apply"]>>;

// The official plugin creates under this name; a stack that was made with it can go on with ours.
const OFFICIAL_MANAGER = "pulumi-kubernetes";
const NOT_FOUND_RETRIES = 4;

/** Creates or updates an object, and explains a refusal. */
export async function applyObject(
  object: KubeObject,
  manager: string,
  action: "create" | "update",
  options: WaitOptions,
  config: Force,
): Promise<Applied> {
  const key = keyOf(object);
  let live = await options.client.get(key, options.signal);
  if (live && stringAt(live, "metadata", "deletionTimestamp")) {
    options.status("waiting until the object of that name is gone");
    await waitUntilGone(live, options);
    live = undefined;
  }
  if (action === "create" && live && !manages(live, manager)) throw alreadyExists(object);
  if (action === "update" && !live) {
    throw new Error(
      `${describe(key)} is no longer in the cluster. Run pulumi refresh, then the update again.`,
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
      // Its namespace may be on its way.
      if (!isStatus(error, 404) || attempt > NOT_FOUND_RETRIES) throw explain(error, object);
      options.status(`${(error as ApiError).message}; trying again`);
      await sleep(1000 * attempt, undefined, { signal: options.signal });
    }
  }
}

/** What the server would make of the object; undefined where only the real run can tell. */
export async function previewObject(
  object: KubeObject,
  manager: string,
  client: ClusterClient,
  config: Force,
): Promise<KubeObject | undefined> {
  const key = keyOf(object);
  try {
    const live = await client.get(key);
    // An object that is about to be replaced still has its old immutable fields.
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
    if (isImmutable(error)) return undefined;
    throw explain(error, object);
  }
}

/** Does this manager own any field of the object? */
export function manages(live: KubeObject | undefined, manager: string): boolean {
  return listAt(live, "metadata", "managedFields").some((entry) => stringAt(entry, "manager") === manager);
}

function alreadyExists(object: KubeObject): Error {
  const key = keyOf(object);
  const namespace = key.namespace ? ` -n ${key.namespace}` : "";
  return new Error(
    `${describe(key)} already exists in the cluster and was not made by this resource of this stack. Do one of these:\n` +
      "  - it belongs to this stack under another resource name: add that name to the resource's aliases\n" +
      "  - you want this stack to take it over: pulumi import\n" +
      "  - it is something else: leave out metadata.name or choose another\n" +
      `  - nobody needs it: kubectl delete ${key.kind.toLowerCase()} ${key.name}${namespace}`,
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
        `Leave the field out of the program, or take it over with the annotation pulumi.com/patchForce: "true".`,
    );
  }
  if (isImmutable(error)) {
    return new Error(
      `${name} exists and differs in a field that Kubernetes does not let anybody change. ${(error as ApiError).message}\n` +
        "Replace it: pulumi up --replace URN, or delete it with kubectl and run the update again.",
    );
  }
  return error instanceof ApiError ? new Error(`The API server refused ${name}: ${error.message}`) : error;
}
