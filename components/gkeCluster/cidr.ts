/** Network of an IPv4 address in CIDR notation; undefined if the text is not in CIDR notation. */
export function networkAddress(cidr: string): string | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (!match) return undefined;
  const bytes = match.slice(1, 5).map(Number);
  const length = Number(match[5]);
  if (length > 32 || bytes.some((byte) => byte > 255)) return undefined;
  const network = bytes.map((byte, index) => byte & mask(length - 8 * index));
  return `${network.join(".")}/${length}`;
}

/** A byte with its first bits set. */
function mask(bits: number): number {
  return (0xff << (8 - Math.min(8, Math.max(0, bits)))) & 0xff;
}
