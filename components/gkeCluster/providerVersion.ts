import { readFileSync } from "node:fs";

/** Oldest version of @pulumi/gcp without a change in every update of a cluster whose control plane has no IP address.
 * Older ones do not read back `ipEndpointsConfig.enabled: false`. The package requires this version. */
export const OLDEST_PROVIDER = "9.37.0";

/** Version of the installed package, which is the version of the provider that a program requests. */
export function installedProvider(): string {
  const file = require.resolve("@pulumi/gcp/package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Warnings about a provider that is older than the oldest supported one. */
export function providerWarnings(installed: string): string[] {
  if (!isOlder(installed, OLDEST_PROVIDER)) return [];
  return [
    `@pulumi/gcp ${installed} is older than ${OLDEST_PROVIDER}: it shows a change in every update of a cluster with a DNS endpoint only. Update it: npm install @pulumi/gcp@^${OLDEST_PROVIDER}`,
  ];
}

function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((each) => each.split(/[.-]/).slice(0, 3).map(Number));
  const difference = [0, 1, 2]
    .map((index) => (one?.[index] ?? 0) - (other?.[index] ?? 0))
    .find((each) => each !== 0);
  return difference !== undefined && difference < 0;
}
