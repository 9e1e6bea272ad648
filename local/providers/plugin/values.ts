/**
 * A property value in the engine's encoding: JSON, with secrets in an envelope and unknown values as a fixed string.
 */
export type Value = null | boolean | number | string | Value[] | Properties;
export type Properties = { [key: string]: Value };

// The engine's protocol defines these three.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isProperties(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSecret(value: Value | undefined): boolean {
  return isProperties(value) && value[SIGNATURE] === SECRET;
}

export function makeSecret(value: Value): Value {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** Returns a value without secret envelopes, at every depth, and without keys whose value is null. */
export function plain(value: Value): Value {
  if (Array.isArray(value)) return value.map(plain);
  if (!isProperties(value)) return value;
  if (isSecret(value)) return plain(value.value ?? null);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, plain(item)]),
  );
}

export function plainProperties(value: Properties): Properties {
  const result = plain(value);
  return isProperties(result) ? result : {};
}

function some(value: Value | undefined, test: (value: Value) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  return isProperties(value) && Object.values(value).some((item) => some(item, test));
}

export function containsSecret(value: Value | undefined): boolean {
  return some(value, isSecret);
}

export function containsUnknown(value: Value | undefined): boolean {
  return some(value, (item) => item === UNKNOWN);
}

/** Returns every string in a secret. */
export function secretStrings(value: Value | undefined, inSecret = false): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return inSecret ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => secretStrings(item, inSecret));
  if (!isProperties(value)) return [];
  if (isSecret(value)) return secretStrings(value.value, true);
  return Object.values(value).flatMap((item) => secretStrings(item, inSecret));
}

/**
 * Replaces secrets in a text. Secrets shorter than four characters stay, because replacing "1" would garble the
 * text.
 */
export function redact(text: string, secrets: string[]): string {
  return secrets
    .filter((secret) => secret.length >= 4)
    .reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
}

/** Returns the value at a path, or undefined. */
export function at(value: Value | undefined, ...path: string[]): Value | undefined {
  return path.reduce<Value | undefined>(
    (inner, key) => (isProperties(inner) ? inner[key] : undefined),
    value,
  );
}

export function stringAt(value: Value | undefined, ...path: string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: Value | undefined, ...path: string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

export function listAt(value: Value | undefined, ...path: string[]): Value[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function propertiesAt(value: Value | undefined, ...path: string[]): Properties {
  const found = at(value, ...path);
  return isProperties(found) ? found : {};
}

export function without(value: Properties, ...keys: string[]): Properties {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}
