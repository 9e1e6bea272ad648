/** What the Kubernetes client needs. */
export const OLDEST_NODE = "22.19";

/** What to tell a user whose Node is too old, before anything is loaded that fails with it. */
export function tooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `ha-celery needs Node.js ${OLDEST_NODE} or later, and this is ${version}. Install a newer one (https://nodejs.org).`;
}
