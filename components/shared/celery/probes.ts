import type * as k8s from "@pulumi/kubernetes";
import { STATE_DIR } from "./contract";

type Probe = k8s.types.input.core.v1.Probe;
type Probes = Pick<k8s.types.input.core.v1.Container, "startupProbe" | "livenessProbe" | "readinessProbe">;

/** In memory, so that a slow disk does not look like a dead process. */
export const STATE_VOLUME: k8s.types.input.core.v1.Volume = {
  name: "state",
  emptyDir: { medium: "Memory", sizeLimit: "1Mi" },
};

/** Probes of the process's files: `heartbeat`, and the one named after its activity. */
export function probes(doing: string): Probes {
  return {
    // The same timeout as the liveness probe, because restarting does not help a process that waits for the broker.
    startupProbe: probe("heartbeat", ["-mmin", "+10"], { periodSeconds: 2, failureThreshold: 300 }),
    // The event loop blocks while the broker is unavailable; less than 10 minutes would kill running tasks.
    livenessProbe: probe("heartbeat", ["-mmin", "+10"], { periodSeconds: 30, failureThreshold: 3 }),
    readinessProbe: probe(doing, ["!", "-newermt", "-30 seconds"], {
      periodSeconds: 10,
      failureThreshold: 2,
    }),
  };
}

/** Fails if the file is absent or too old. It uses neither a shell nor Python, because loading the application
 * takes seconds of CPU. */
function probe(file: string, tooOld: string[], timing: Probe): Probe {
  return {
    exec: { command: ["find", `${STATE_DIR}/${file}`, ...tooOld, "-exec", "false", "{}", "+"] },
    timeoutSeconds: 5,
    ...timing,
  };
}
