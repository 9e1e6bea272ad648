/** Carried by everything that belongs to a drill; the value is the run. */
export const DRILL_LABEL = "ha-celery/drill";
/** Tells the drill's pods from each other. */
export const ROLE_LABEL = "ha-celery/drill-role";
export const LEDGER_PORT = 8080;

export const Role = { Ledger: "ledger", Worker: "worker", Publisher: "publisher" } as const;
export type Role = (typeof Role)[keyof typeof Role];

export const labelsOf = (run: string, role: Role): Record<string, string> => ({
  [DRILL_LABEL]: run,
  [ROLE_LABEL]: role,
  "app.kubernetes.io/part-of": "ha-celery-drill",
});

export const selectorOf = (run: string, role: Role): string => `${DRILL_LABEL}=${run},${ROLE_LABEL}=${role}`;
export const objectName = (run: string, role: Role): string => `drill-${run}-${role}`;
export const queueOf = (run: string): string => `drill-${run}`;
