import { createHash, randomBytes } from "node:crypto";

/** Eight hexadecimal digits. The engine's seed makes preview and update agree on them. */
export function randomSuffix(seed: Uint8Array): string {
  const bytes = seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(4);
  return bytes.toString("hex").slice(0, 8);
}
