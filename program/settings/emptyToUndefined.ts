/** Turns an empty list or map into undefined, which selects the component's default. */
export function emptyToUndefined<T extends object>(value: T): T | undefined {
  return Object.keys(value).length > 0 ? value : undefined;
}
