/** Oldest version that the Kubernetes client supports. */
export const OLDEST_NODE = "22.19";

/** Returns what is wrong with this version of Node.js, before anything is loaded that fails on it. */
export function unsupportedNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `ha-celery requires Node.js ${OLDEST_NODE} or later, but this is ${version}. Install a newer version (https://nodejs.org).`;
}
