/** An error in the user's input: printed without a stack trace. */
export class RenderError extends Error {}
