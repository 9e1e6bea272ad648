/** A mistake of whoever renders: told without a stack trace. */
export class RenderError extends Error {}
