import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineEvent, LocalWorkspace, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import type { PulumiTools } from "../../local/toolchain";
import { messageOf } from "../../operate/errors";
import { importPendingCreates } from "../../local/providers/pendingCreates";
import { pulumiCommand } from "../../local/stack";

const BIN = join(__dirname, "..", "..", "local", "providers", "bin");

export interface Outcome {
  /** Resource name -> the engine's steps on it, in order. */
  steps: Record<string, string[]>;
  /** Resource name -> paths of the detailed diff. */
  diffs: Record<string, string[]>;
  /** Everything that was said, lines that were overwritten included. */
  messages: string[];
  error?: string;
  interruptedAt?: number;
}

/** The outcome, unless the operation failed. */
export function succeeded(outcome: Outcome): Outcome {
  assert.equal(outcome.error, undefined, outcome.error);
  return outcome;
}

/** The names of the resources on which the engine did anything. */
export const touched = (outcome: Outcome): string[] =>
  Object.keys(outcome.steps).filter((name) =>
    outcome.steps[name]?.some((step) => !/^(refresh|read)$/.test(step)),
  );

/** A stack of its own in a folder of its own, run by the real engine with our stand-ins in front of everything else. */
export class ProviderStack {
  private readonly folder = mkdtempSync(join(tmpdir(), "ha-celery-providers-"));
  private stack?: Stack;

  async open(program: PulumiFn, tools: PulumiTools): Promise<void> {
    const state = join(this.folder, "state");
    mkdirSync(state);
    this.stack = await LocalWorkspace.createStack(
      { stackName: "test", projectName: "providers", program },
      {
        workDir: this.folder,
        pulumiCommand: await pulumiCommand(tools),
        envVars: {
          PATH: `${BIN}:${process.env.PATH}`,
          PULUMI_BACKEND_URL: `file://${state}`,
          PULUMI_CONFIG_PASSPHRASE: "a passphrase",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
  }

  /** Runs an operation; when `interrupt.at` is said, cancels it as Ctrl-C does, or kills the engine. */
  async run(
    operation: "up" | "preview" | "refresh" | "destroy",
    interrupt?: { at: RegExp; by: "Ctrl-C" | "kill" },
  ): Promise<Outcome> {
    const outcome: Outcome = { steps: {}, diffs: {}, messages: [] };
    const cancel = new AbortController();
    const onEvent = (event: EngineEvent): void => {
      note(event, outcome);
      if (interrupt && !outcome.interruptedAt && interrupt.at.test(outcome.messages.at(-1) ?? "")) {
        outcome.interruptedAt = Date.now();
        if (interrupt.by === "kill") killEngine();
        else cancel.abort();
      }
    };
    try {
      await this.opened[operation]({ onEvent, signal: cancel.signal, color: "never" });
    } catch (error) {
      outcome.error = messageOf(error);
    }
    return outcome;
  }

  async output(name: string): Promise<unknown> {
    return (await this.opened.outputs())[name]?.value;
  }

  /** What `make up` does first, after it has taken the lock of a killed run away. */
  async takeUp(): Promise<number> {
    await this.opened.cancel().catch(() => undefined);
    return importPendingCreates(this.opened);
  }

  /** The state file as it lies on disk. */
  get stateText(): string {
    return readFileSync(join(this.folder, "state", ".pulumi", "stacks", "providers", "test.json"), "utf8");
  }

  /** Makes the engine forget a resource, as when the run that made it was killed before it could write it down. */
  async forget(name: string): Promise<void> {
    const exported = await this.opened.exportStack();
    const deployment = exported.deployment as { resources: { urn: string }[] };
    deployment.resources = deployment.resources.filter(({ urn }) => !urn.endsWith(`::${name}`));
    await this.opened.importStack(exported);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get opened(): Stack {
    if (!this.stack) throw new Error("open() comes first");
    return this.stack;
  }
}

/** The engine is our child; its plugins are left to themselves. */
function killEngine(): void {
  const [engine] = execFileSync("pgrep", ["--parent", String(process.pid), "pulumi"], {
    encoding: "utf8",
  }).split("\n");
  process.kill(Number(engine), "SIGKILL");
}

function note({ resourcePreEvent, diagnosticEvent }: EngineEvent, outcome: Outcome): void {
  if (resourcePreEvent) {
    const { urn, op, detailedDiff } = resourcePreEvent.metadata;
    const name = urn.split("::").at(-1) ?? urn;
    if (op !== "same") (outcome.steps[name] ??= []).push(op);
    if (detailedDiff) outcome.diffs[name] = Object.keys(detailedDiff).sort();
  }
  // The engine repeats every value in its debug messages.
  if (diagnosticEvent && !/^debug$/.test(diagnosticEvent.severity))
    outcome.messages.push(diagnosticEvent.message.replace(/<\{%[^%]*%\}>/g, ""));
}
