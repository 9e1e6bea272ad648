/** An error that the user can fix. Printed as its message, without a stack trace, with exit code 1. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** Message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
