import { messageOf } from "../errors";

/** The parts of a Kubernetes object that the functions below read. */
interface ObjectWithName {
  readonly metadata?: { readonly name?: string };
}

interface ObjectWithConditions {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Label selector of every object that belongs to an installation. */
export const INSTALLATION_SELECTOR = "app.kubernetes.io/part-of=ha-celery";

export const nameOf = (object: ObjectWithName): string => object.metadata?.name ?? "";

/** Returns whether a condition, such as Ready or Failed, is true. */
export const hasCondition = ({ status }: ObjectWithConditions, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;

/** Returns whether a pod or a node is ready. */
export const isReady = (object: ObjectWithConditions): boolean => hasCondition(object, "Ready");

/** Returns whether all containers of a pod have ended for good. */
export const hasEnded = ({ status }: { readonly status?: { readonly phase?: string } }): boolean =>
  status?.phase === "Succeeded" || status?.phase === "Failed";

/** Formats labels as a selector: `app=shop,tier=web`. */
export const labelSelector = (labels: Readonly<Record<string, string>> = {}): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

/** HTTP status of a failed API request. */
export const statusCodeOf = (error: unknown): number | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : undefined;

/** Handles the rejection of a read or a delete: returns undefined if the object does not exist. */
export function ignoreNotFound(error: unknown): undefined {
  if (statusCodeOf(error) === 404) return undefined;
  throw error;
}

/** Returns a handler that ignores the rejection of a request with one of these HTTP statuses. */
export const ignoreStatus =
  (...codes: readonly number[]) =>
  (error: unknown): void => {
    if (!codes.includes(statusCodeOf(error) ?? 0)) throw error;
  };

/** Message of a failed API request: the sentence of the API server, if the error contains one. */
export function apiMessageOf(error: unknown): string {
  const body = error instanceof Error && "body" in error && typeof error.body === "string" ? error.body : "";
  const sentence = /"message":("(?:[^"\\]|\\.)*")/.exec(body)?.[1];
  return sentence === undefined ? messageOf(error) : String(JSON.parse(sentence));
}

/** Undefined unless the connection to the API server failed or broke: a server that is away, or a laptop that slept. */
export function unreachableMessage(error: unknown): string | undefined {
  if (!(error instanceof TypeError) || error.message !== "fetch failed") return undefined;
  return `The connection to the Kubernetes API failed: ${messageOf(error.cause ?? "no reason given")}. Once "kubectl get nodes" answers, run the command again.`;
}
