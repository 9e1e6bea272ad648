import type { Compute } from "../types";
import { omitUndefined } from "./omitUndefined";
import { exceeds } from "./quantity";

/** CPU and memory with a component's defaults. A CPU limit below the default request lowers the request. */
export function computeOf(defaults: Compute, compute: Compute | undefined): Compute {
  const all = { ...defaults, ...omitUndefined(compute) };
  const { cpu, cpuLimit } = all;
  return cpuLimit !== undefined && exceeds(cpu, cpuLimit) ? { ...all, cpu: cpuLimit } : all;
}
