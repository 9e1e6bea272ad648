/** Exit codes of all commands. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Meaning of each exit code, for the reference. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "The command did what it was asked to do; with `status`, `drill` and `upgrade check`, nothing is wrong.",
  failed:
    "Something is wrong or failed: a problem in `status`, a failed drill, a dead letter that stays, something that stands in the way of an upgrade.",
  usage:
    "The command did not begin: unknown option, wrong value, no consent, no kubeconfig, a cluster that does not answer, or not exactly one installation with this name.",
};
