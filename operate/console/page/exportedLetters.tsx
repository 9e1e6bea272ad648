import type { InstallationStatus } from "../../status/model";
import { countDeadLetters } from "../../cluster/deadLetters";
import { letterCommand } from "./letterWords";
import { Command } from "./parts";

/** Why an exported page has no dead letters, and how many there were. */
export const ExportedLetters = ({ status }: { status: InstallationStatus }) => (
  <section aria-labelledby="letters">
    <h2 id="letters">Dead letters</h2>
    <p>
      {status.deadLetters
        ? `There were ${countDeadLetters(status.deadLetters)}.`
        : status.queues
          ? "There were none."
          : "No broker reported how many there were."}
    </p>
    <p class="hint">
      An export does not contain them, because their arguments can be personal data, and because reading them
      holds them for a moment. To list those of now:
    </p>
    <Command text={letterCommand("list", {}, status)} />
  </section>
);
