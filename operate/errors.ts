/** A mistake or a lack that the user can mend: printed as its message alone, without a stack trace, with exit code 1. */
export class UserError extends Error {
  override readonly name = "UserError";
}
