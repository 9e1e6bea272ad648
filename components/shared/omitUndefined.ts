/** Returns the object without undefined fields, so that they do not override a default. */
export function omitUndefined<T extends object>(value: T): T;
export function omitUndefined<T extends object>(value: T | undefined): Partial<T>;
export function omitUndefined<T extends object>(value: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(value ?? {}).filter(([, field]) => field !== undefined),
  ) as Partial<T>;
}
