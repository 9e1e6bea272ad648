import { createInterface } from "node:readline/promises";
import { UserError } from "../errors";

/** Asks a person to type the context's name. Without a terminal only `--yes` counts. */
export async function consent(context: string, what: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new UserError(`${what} in the cluster of context "${context}" needs your consent: add --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await terminal.question(
      `${what} in the cluster of context "${context}".\nType the context's name to go on: `,
    );
    if (typed.trim() !== context) throw new UserError("Not confirmed: nothing was done.");
  } finally {
    terminal.close();
  }
}
