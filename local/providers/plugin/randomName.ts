import { createHash, randomBytes } from "node:crypto";

/** Returns eight hexadecimal digits, derived from the engine's seed, so that preview and update use the same name. */
export function randomSuffix(seed: Uint8Array): string {
  const bytes = seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(4);
  return bytes.toString("hex").slice(0, 8);
}
