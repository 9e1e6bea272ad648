import type { DrillLimits } from "./args";

/** Environment variable with the URL of the webhook, because a command line is visible to others. */
export const WEBHOOK_VARIABLE = "HA_CELERY_DRILL_WEBHOOK";

/** Options of `ha-celery drill`, by limit. */
export const LIMIT_OPTIONS: { readonly [Limit in keyof Required<DrillLimits>]: string } = {
  publishGapSeconds: "--publish-gap",
  consumeGapSeconds: "--consume-gap",
  workerBackSeconds: "--worker-back",
  redeliverySeconds: "--redelivery",
  fullStrengthSeconds: "--full-strength",
  duplicated: "--duplicated",
};

/** Options that the component sets, or that make no sense in a pod, with what to do instead. */
export const RESERVED_OPTIONS: Readonly<Record<string, string>> = {
  "--yes": "It is set",
  "--record": "It is set",
  "--namespace": "Use namespace",
  "--name": "Use broker",
  "--webhook": "Use webhook",
  "--blackout": "Use blackouts",
  "--time-zone": "Use timeZone",
  "--allow-protected": "Use allowProtected",
  "--context": "The pod belongs to one Kubernetes cluster",
  "--kubeconfig": "The pod uses its ServiceAccount",
  "--dry-run": "Use suspend",
  "--power-off": "A pod cannot switch machines off",
  "--power-on": "A pod cannot switch machines on",
};
