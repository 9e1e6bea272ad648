/** Pods of one Deployment begin alike: gives each without the parts that all have. */
export function shortNames(names: readonly string[]): (name: string) => string {
  if (names.length < 2) return (name) => name;
  const parts = names.map((name) => name.split("-"));
  const same = parts[0]?.findIndex((part, index) => parts.some((other) => other[index] !== part)) ?? 0;
  return (name) => name.split("-").slice(Math.max(0, same)).join("-");
}
