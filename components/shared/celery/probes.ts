import type * as k8s from "@pulumi/kubernetes";
import { STATE_DIR } from "./contract";

type Probe = k8s.types.input.core.v1.Probe;
type Probes = Pick<k8s.types.input.core.v1.Container, "startupProbe" | "livenessProbe" | "readinessProbe">;

/** In memory: a slow disk must not look like a dead process. */
export const STATE_VOLUME: k8s.types.input.core.v1.Volume = {
  name: "state",
  emptyDir: { medium: "Memory", sizeLimit: "1Mi" },
};

/** What Kubernetes concludes from the process's files: `heartbeat`, and the one of the name of what it does. */
export function probes(doing: string): Probes {
  return {
    // As patient as the liveness probe: a process that waits for the broker has nothing to be restarted for.
    startupProbe: probe("heartbeat", ["-mmin", "+10"], { periodSeconds: 2, failureThreshold: 300 }),
    // The event loop stands still while the broker is away; less than 10 minutes would kill running tasks for it.
    livenessProbe: probe("heartbeat", ["-mmin", "+10"], { periodSeconds: 30, failureThreshold: 3 }),
    readinessProbe: probe(doing, ["!", "-newermt", "-30 seconds"], {
      periodSeconds: 10,
      failureThreshold: 2,
    }),
  };
}

/** Fails when the file is absent or too old. No shell, no Python: a probe that loads the application costs seconds of CPU. */
function probe(file: string, tooOld: string[], timing: Probe): Probe {
  return {
    exec: { command: ["find", `${STATE_DIR}/${file}`, ...tooOld, "-exec", "false", "{}", "+"] },
    timeoutSeconds: 5,
    ...timing,
  };
}
