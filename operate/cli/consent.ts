import { createInterface } from "node:readline/promises";
import { UsageError, UserError } from "../errors";

/**
 * Refuses `--yes` without `--context`, because it would consent to whatever cluster the kubeconfig's current context
 * names. A cluster that is `fixed` needs none: this machine's own, or the one that this pod runs in.
 */
export function checkYes({ yes, context }: { yes?: boolean; context?: string }, fixed: boolean): void {
  if (yes && context === undefined && !fixed)
    throw new UsageError(
      "--yes requires --context, because another program can change the current context of the kubeconfig. Add --context NAME.",
    );
}

/** Asks the user to type the name of the context. Without a terminal, fails and names the option to use instead. */
export async function requireConsent(context: string, action: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new UsageError(
      `${action} in the cluster of context "${context}" requires your consent: add --yes.`,
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await terminal.question(
      `${action} in the cluster of context "${context}".\nType the name of the context to continue: `,
    );
    if (typed.trim() !== context) throw new UserError("Not confirmed. Nothing was changed.");
  } finally {
    terminal.close();
  }
}
