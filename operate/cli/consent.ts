import { createInterface } from "node:readline/promises";
import { UserError } from "../errors";

/** Asks the user to type the name of the context. Without a terminal, fails and names the option to use instead. */
export async function requireConsent(context: string, action: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new UserError(`${action} in the cluster of context "${context}" requires your consent: add --yes.`);
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
