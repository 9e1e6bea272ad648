/** An empty list or map of the configuration stands for the component's own default. */
export function emptyToUndefined<T extends object>(value: T): T | undefined {
  return Object.keys(value).length > 0 ? value : undefined;
}
