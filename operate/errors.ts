/** An error that the user can fix. Printed as its message, without a stack trace. */
export class UserError extends Error {
  override readonly name: string = "UserError";
}

/** A command that could not begin: wrong options, no consent, or no installation that they name. */
export class UsageError extends UserError {
  override readonly name: string = "UsageError";
}

/** A drill that did not begin, because the installation is not healthy or because another drill runs. */
export class RefusedError extends UserError {
  override readonly name: string = "RefusedError";
}

/** Message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
