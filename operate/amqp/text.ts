/** amqplib's own notation of values that JSON lacks begins with the same key. */
const BYTES = "bytes";

/** Replaces bytes in properties of a message by a notation in JSON. */
export function replaceBytes(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { "!": BYTES, value: value.toString("base64") };
  if (Array.isArray(value)) return value.map(replaceBytes);
  return isObject(value) ? mapValues(value, replaceBytes) : value;
}

/** The reverse of `replaceBytes`. */
export function restoreBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(restoreBytes);
  if (!isObject(value)) return value;
  if (value["!"] === BYTES) return Buffer.from(String(value.value), "base64");
  return mapValues(value, restoreBytes);
}

export const mapValues = (object: Record<string, unknown>, change: (value: unknown) => unknown): object =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
