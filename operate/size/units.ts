export const GIB = 2 ** 30;
export const MIB = 2 ** 20;
export const MB = 1e6;

/** Rounds up to a multiple of a step. The second rounding hides errors of binary fractions. */
export const upTo = (value: number, step: number): number =>
  Number((Math.ceil(Number((value / step).toFixed(9))) * step).toFixed(6));

/** Rounds up to an integer. */
export const rounded = (value: number): number => upTo(value, 1);

/** The least of the sizes, in order, that suffices; undefined if none does. */
export const leastOf = <Size>(sizes: readonly Size[], suffices: (size: Size) => boolean): Size | undefined =>
  sizes.find(suffices);

/** Kubernetes quantity of a number of CPUs: `500m`, `2`. */
export const cpuQuantity = (cpus: number): string =>
  Number.isInteger(cpus) ? String(cpus) : `${Math.round(1000 * cpus)}m`;

/** Kubernetes quantity of a number of MiB: `512Mi`, `2Gi`. */
export const memoryQuantity = (mib: number): string => (mib % 1024 === 0 ? `${mib / 1024}Gi` : `${mib}Mi`);

/** A number of bytes as text: `2 kB`, `1.5 MB`. */
export function bytes(count: number): string {
  const [unit, size] = count >= 1e9 ? ["GB", 1e9] : count >= MB ? ["MB", MB] : ["kB", 1e3];
  return count < 1000 ? `${count} B` : `${Number((count / size).toPrecision(4))} ${unit}`;
}
