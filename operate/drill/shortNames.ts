/**
 * Returns a function that removes the leading parts that all the names have in common, such as the Deployment of a
 * pod.
 */
export function shortNames(names: readonly string[]): (name: string) => string {
  if (names.length < 2) return (name) => name;
  const parts = names.map((name) => name.split("-"));
  const common = parts[0]?.findIndex((part, index) => parts.some((other) => other[index] !== part)) ?? 0;
  return (name) => name.split("-").slice(Math.max(0, common)).join("-");
}
