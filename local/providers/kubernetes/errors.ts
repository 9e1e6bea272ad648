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

/** No answer from the API server at all. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
  constructor(server: string, cause: unknown) {
    const why =
      cause instanceof Error ? ("code" in cause && String(cause.code)) || cause.message : String(cause);
    super(
      `The Kubernetes API server at ${server} does not answer (${why}). ` +
        "Check that the cluster runs and that the provider's kubeconfig and context name it.",
    );
  }
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
