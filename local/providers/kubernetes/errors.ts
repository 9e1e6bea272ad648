import { messageOf } from "../../../operate/errors";

/** An error response of the API server. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** The API server does not respond, or the configuration does not name one. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export function noAnswer(server: string, cause: unknown): Unreachable {
  const why = (cause instanceof Error && "code" in cause && String(cause.code)) || messageOf(cause);
  return new Unreachable(
    `The Kubernetes API server at ${server} does not respond (${why}). ` +
      "Check that the cluster is running, and that the provider's kubeconfig and context select it. " +
      `If the cluster no longer exists, run the command again with ${DELETE_UNREACHABLE}=true to remove its objects from the state.`,
  );
}

/** Environment variable of the official plugin. */
const DELETE_UNREACHABLE = "PULUMI_K8S_DELETE_UNREACHABLE";

/**
 * Whether to treat objects of an unreachable cluster as deleted, because the user set PULUMI_K8S_DELETE_UNREACHABLE.
 */
export function goneWithCluster(error: unknown): boolean {
  return error instanceof Unreachable && process.env[DELETE_UNREACHABLE] === "true";
}

/** The cluster does not have the kind. */
export class UnknownKind extends Error {
  override readonly name = "UnknownKind";
  constructor(apiVersion: string, kind: string) {
    super(
      `The cluster has no kind ${kind} in ${apiVersion}. ` +
        "Check apiVersion and kind, and check that the custom resource definition is installed.",
    );
  }
}

export class Canceled extends Error {
  override readonly name = "Canceled";
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}
