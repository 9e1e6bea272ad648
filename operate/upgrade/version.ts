/** Versions of Celery that this release supports. A test compares them with the Python package. */
export const CELERY = { least: "5.5", below: "5.8" } as const;

/** A kubelet may be as many minor versions older than the control plane, and never newer. */
export const KUBELET_SKEW = 3;

/** Major and minor version, such as [1, 34] for v1.34.2-gke.1. Undefined if there is none. */
export function minorOf(version: string): readonly [number, number] | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

/** Negative if the first one is older, by major and minor version. 0 if one of them is unknown. */
export function compareMinors(one: string, other: string): number {
  const [first, second] = [minorOf(one), minorOf(other)];
  if (!first || !second) return 0;
  return (first[0] - second[0]) * 1_000 + first[1] - second[1];
}

export const distinct = (versions: readonly (string | undefined)[]): string[] =>
  [...new Set(versions.filter((version) => version !== undefined))].sort();

/** Whether a version is in a range like `^4.34.0`: the same major version, and not older. */
export function satisfies(version: string, range: string): boolean {
  const [[major, minor, patch], [leastMajor, leastMinor, leastPatch]] = [partsOf(version), partsOf(range)];
  if (major !== leastMajor) return false;
  return minor === leastMinor ? patch >= leastPatch : minor > leastMinor;
}

function partsOf(version: string): [number, number, number] {
  const [, major, minor, patch] = /^\^?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  return [Number(major), Number(minor), Number(patch)];
}
