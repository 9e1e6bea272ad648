/** The API server's own answer that it will not do what was asked. */
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

/** There is no API server to ask: it does not answer, or nothing says where it is. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export function noAnswer(server: string, cause: unknown): Unreachable {
  const why =
    cause instanceof Error ? ("code" in cause && String(cause.code)) || cause.message : String(cause);
  return new Unreachable(
    `The Kubernetes API server at ${server} does not answer (${why}). ` +
      "Check that the cluster runs and that the provider's kubeconfig and context name it. " +
      `Is the cluster gone for good? Run again with ${DELETE_UNREACHABLE}=true: what was in it then leaves the state.`,
  );
}

/** The official plugin's own switch. */
const DELETE_UNREACHABLE = "PULUMI_K8S_DELETE_UNREACHABLE";

/** Did the user say that objects of a cluster that cannot be reached are gone? */
export function goneWithCluster(error: unknown): boolean {
  return error instanceof Unreachable && process.env[DELETE_UNREACHABLE] === "true";
}

/** The cluster does not know such a kind. */
export class UnknownKind extends Error {
  override readonly name = "UnknownKind";
  constructor(apiVersion: string, kind: string) {
    super(
      `The cluster has no kind ${kind} in ${apiVersion}. ` +
        "Check apiVersion and kind, and that the custom resource definition is installed.",
    );
  }
}

export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
