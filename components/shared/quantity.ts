const UNITS: Record<string, number> = {
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

export const MIB = 2 ** 20;

/** Value of a Kubernetes quantity such as `2Gi`, `500m` or `1e12`; undefined if the text is not a quantity. */
export function parseQuantity(quantity: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/.exec(quantity);
  return match ? Number(`${match[1]}e${match[3] ?? 0}`) * (UNITS[match[2] ?? ""] ?? 1) : undefined;
}

/** Whether a quantity is above a limit. False if either is missing or invalid. */
export const exceeds = (quantity = "", limit = ""): boolean =>
  (parseQuantity(quantity) ?? 0) > (parseQuantity(limit) ?? Infinity);
