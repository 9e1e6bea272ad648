import type { Change } from "../plugin/provider";
import type { Value } from "../plugin/values";

// The server normalizes quantities: it returns 1000m as 1, and 1024Mi as 1Gi.
const QUANTITY_FIELDS = new Set([
  "limits",
  "requests",
  "capacity",
  "hard",
  "sizeLimit",
  "averageValue",
  "divisor",
]);
const SUFFIXES: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Whether Kubernetes treats two values of a field as equal. */
export function semanticallyEqual(path: Change["path"], a: Value, b: Value): boolean {
  if (a === b) return true;
  if (!path.some((key) => QUANTITY_FIELDS.has(String(key)))) return false;
  const [left, right] = [quantity(a), quantity(b)];
  return left !== undefined && left === right;
}

function quantity(value: Value): number | undefined {
  const [, digits, suffix = ""] =
    /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(value)) ?? [];
  return digits === undefined ? undefined : Number(digits) * (SUFFIXES[suffix] ?? 1);
}
