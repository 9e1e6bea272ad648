import { labelSelector } from "../../cluster/objects";

/** Label of everything that belongs to a drill. Its value is the run. */
export const DRILL_LABEL = "ha-celery/drill";
/** Label that distinguishes the drill's pods. Its value is the role. */
export const ROLE_LABEL = "ha-celery/drill-role";
/** Label of what a drill creates outside the installation's namespace. Its value is that namespace. */
export const INSTALLATION_LABEL = "ha-celery/drill-namespace";
export const LEDGER_PORT = 8080;

export const Role = { Ledger: "ledger", Worker: "worker", Publisher: "publisher", Guard: "guard" } as const;
export type Role = (typeof Role)[keyof typeof Role];

export const labelsOf = (run: string, role: Role): Record<string, string> => ({
  [DRILL_LABEL]: run,
  [ROLE_LABEL]: role,
  "app.kubernetes.io/part-of": "ha-celery-drill",
});

/** Selects everything that belongs to a run. */
export const runSelector = (run: string): string => labelSelector({ [DRILL_LABEL]: run });
/** Selects publisher, workers, and ledger of a run. */
export const loadSelector = (run: string): string => `${runSelector(run)},${ROLE_LABEL}!=${Role.Guard}`;
export const selectorOf = (run: string, role: Role): string =>
  labelSelector({ [DRILL_LABEL]: run, [ROLE_LABEL]: role });
export const objectName = (run: string, role: Role): string => `drill-${run}-${role}`;
export const queueOf = (run: string): string => `drill-${run}`;
