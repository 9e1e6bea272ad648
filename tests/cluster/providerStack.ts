import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type EngineEvent, LocalWorkspace, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import type { PulumiTools } from "../../local/toolchain";
import { messageOf } from "../../operate/errors";
import { importPendingCreates } from "../../local/providers/pendingCreates";
import { pulumiCommand } from "../../local/stack";

const BIN = join(__dirname, "..", "..", "local", "providers", "bin");

export interface Outcome {
  /** The engine's steps on each resource, in order, by resource name. */
  steps: Record<string, string[]>;
  /** Paths of the detailed diff of each resource, by resource name. */
  diffs: Record<string, string[]>;
  /** All diagnostics, including lines that a terminal overwrites. */
  messages: string[];
  error?: string;
  interruptedAt?: number;
}

/** Returns the outcome. Fails if the operation failed. */
export function succeeded(outcome: Outcome): Outcome {
  assert.equal(outcome.error, undefined, outcome.error);
  return outcome;
}

/** Returns the names of the resources that the engine changed. */
export const touched = (outcome: Outcome): string[] =>
  Object.keys(outcome.steps).filter((name) =>
    outcome.steps[name]?.some((step) => !/^(refresh|read)$/.test(step)),
  );

/** Plugins of one test: the folder of their executables, and the variables that they read. */
export interface TestPlugins {
  path: string;
  variables: Record<string, string>;
}

/** A stack in a temporary folder, run by the real engine with our stand-ins first on PATH. */
export class ProviderStack {
  private readonly folder = mkdtempSync(join(tmpdir(), "ha-celery-providers-"));
  private stack?: Stack;

  async open(program: PulumiFn, tools: PulumiTools, plugins?: TestPlugins): Promise<void> {
    const state = join(this.folder, "state");
    mkdirSync(state);
    this.stack = await LocalWorkspace.createStack(
      { stackName: "test", projectName: "providers", program },
      {
        workDir: this.folder,
        pulumiCommand: await pulumiCommand(tools),
        envVars: {
          ...plugins?.variables,
          PATH: [...(plugins ? [plugins.path] : []), BIN, process.env.PATH].join(":"),
          PULUMI_BACKEND_URL: `file://${state}`,
          PULUMI_CONFIG_PASSPHRASE: "a passphrase",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
  }

  /** Runs an operation. At a message that matches `interrupt.at`, cancels it as Ctrl-C does, or kills the engine. */
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

  /** Runs a command of the Pulumi CLI on the stack. Returns what it printed. */
  async cli(args: string[]): Promise<string> {
    const { pulumiCommand: cli, workDir, envVars } = this.opened.workspace;
    if (!cli) throw new Error("The workspace has no CLI.");
    const env = { ...process.env, ...envVars } as Record<string, string>;
    const all = [...args, "--stack=test", "--non-interactive"];
    const { stdout } = await promisify(execFile)(cli.command, all, { cwd: workDir, env });
    return stdout;
  }

  async output(name: string): Promise<unknown> {
    return (await this.opened.outputs())[name]?.value;
  }

  /** Recovers from a killed run, as `make up` does: removes its lock, and imports the resources it was creating. */
  async takeUp(): Promise<number> {
    await this.opened.cancel().catch(() => undefined);
    return importPendingCreates(this.opened);
  }

  /** Content of the state file. */
  get stateText(): string {
    return readFileSync(join(this.folder, "state", ".pulumi", "stacks", "providers", "test.json"), "utf8");
  }

  /** Deletes the state of all stacks, with its history. */
  loseState(): void {
    rmSync(join(this.folder, "state", ".pulumi"), { recursive: true });
  }

  /** Removes a resource from the state, as if the run that created it was killed before it wrote the state. */
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
    if (!this.stack) throw new Error("open() was not called");
    return this.stack;
  }
}

/** Kills the engine, a child of this process, but not its plugins. */
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
  // Debug messages repeat every value.
  if (diagnosticEvent && !/^debug$/.test(diagnosticEvent.severity))
    outcome.messages.push(diagnosticEvent.message.replace(/<\{%[^%]*%\}>/g, ""));
}
