/** An IPv4 network: its first address and the number of addresses. */
interface Range {
  readonly first: number;
  readonly size: number;
}

/** Rarely used /16 networks. Those in 172 and 100 are for hosts that have a route for all of 10.0.0.0/8. */
const PREFIXES = [
  ...Array.from({ length: 30 }, (_, index) => `10.${210 + index}`),
  ...Array.from({ length: 12 }, (_, index) => `172.${20 + index}`),
  ...Array.from({ length: 64 }, (_, index) => `100.${64 + index}`),
];

/** Returns the first prefix whose /16 does not overlap a network in use; undefined when all do. */
export function choosePrefix(inUse: readonly string[]): string | undefined {
  return PREFIXES.find((prefix) => isFree(prefix, inUse));
}

export function isFree(prefix: string, inUse: readonly string[]): boolean {
  const wanted = parseCidr(`${prefix}.0.0/16`);
  return !inUse.some((cidr) => overlap(wanted, parseCidr(cidr)));
}

/** Returns the networks listed in Linux's /proc/net/route, without the default route. */
export function parseRoutes(table: string): string[] {
  return table
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .map(([, destination = "0", , , , , , mask = "0"]) => `${address(destination)}/${bits(mask)}`)
    .filter((cidr) => !cidr.endsWith("/0"));
}

/** Returns the prefix ("10.210") of a network that ensureNetwork created; undefined for any other network. */
export function prefixOf(cidr: string): string | undefined {
  return /^(\d+\.\d+)\.0\.0\/24$/.exec(cidr)?.[1];
}

function parseCidr(cidr: string): Range {
  const [ip = "", length = "32"] = cidr.split("/");
  const value = ip.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(length));
  return { first: Math.floor(value / size) * size, size };
}

function overlap(one: Range, other: Range): boolean {
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

// The kernel writes an address as one hexadecimal number, last byte first.
function address(hex: string): string {
  return [6, 4, 2, 0].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(".");
}

function bits(hex: string): number {
  return [...parseInt(hex, 16).toString(2)].filter((bit) => bit === "1").length;
}
