import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  PulumiCommand,
  type Stack,
  type StepEventMetadata,
} from "@pulumi/pulumi/automation";
import { UserError } from "../operate/errors";
import { passphraseEnvironment } from "./passphrase";
import { stateDir } from "./paths";
import { takeUpPendingCreates } from "./providers/pendingCreates";
import type { Report } from "./report";
import { workspaceDir } from "./stackFile";
import type { PulumiTools } from "./toolchain";

/** Opens the stack in the cluster's workspace: index.ts as an inline program, state in a folder of ours. */
export async function openStack(cluster: string, stack: string, tools: PulumiTools): Promise<Stack> {
  const state = join(stateDir(cluster), "pulumi");
  mkdirSync(state, { recursive: true });
  const opened = await LocalWorkspace.createOrSelectStack(
    { stackName: stack, projectName: "ha-celery", program },
    {
      workDir: workspaceDir(cluster),
      pulumiCommand: await pulumiCommand(tools),
      envVars: {
        ...tools.env,
        ...passphraseEnvironment(cluster),
        PULUMI_BACKEND_URL: `file://${state}`,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
  // Whoever calls holds the cluster's own lock, so a lock of Pulumi's can only be left over from a killed run.
  await opened.cancel().catch(() => undefined);
  await takeUpPendingCreates(opened);
  return opened;
}

/** The CLI that the toolchain found. */
export function pulumiCommand({ command }: PulumiTools): Promise<PulumiCommand> {
  return PulumiCommand.get({ root: join(command, "..", ".."), skipVersionCheck: true });
}

async function program(): Promise<Record<string, unknown>> {
  const { namespace, amqpUrl, workers, ledger } = await import("../index.js");
  return { namespace, amqpUrl, workers, ledger };
}

/** Follows an operation's events: tells a person what happens and keeps the errors of single resources. */
export class OperationLog {
  readonly errors: string[] = [];
  changes = 0;
  private readonly started = new Map<string, number>();
  private readonly lastSaid = new Map<string, number>();

  constructor(
    private readonly report: Report,
    private readonly onStart: (resource: StepEventMetadata) => void = () => undefined,
  ) {}

  readonly onEvent = (event: EngineEvent): void => {
    const { resourcePreEvent, resOutputsEvent, diagnosticEvent, summaryEvent } = event;
    if (resourcePreEvent && !UNCHANGED.has(resourcePreEvent.metadata.op)) {
      this.started.set(resourcePreEvent.metadata.urn, Date.now());
      this.onStart(resourcePreEvent.metadata);
      this.report(`${resourcePreEvent.metadata.op} ${label(resourcePreEvent.metadata.urn)}`);
    }
    if (resOutputsEvent) {
      const since = this.started.get(resOutputsEvent.metadata.urn);
      const seconds = since === undefined ? 0 : (Date.now() - since) / 1000;
      if (seconds >= 1) this.report(`${label(resOutputsEvent.metadata.urn)} done (${seconds.toFixed(1)} s)`);
    }
    if (diagnosticEvent) this.diagnostic(diagnosticEvent);
    if (summaryEvent) this.changes = countChanges(summaryEvent.resourceChanges ?? {});
  };

  private diagnostic({
    severity,
    urn = "",
    message,
    ephemeral,
  }: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    // The engine sends its debug lines, too, although the type does not say so.
    if ((severity as string) === "debug") return;
    const text = message.replace(/<\{%[^%]*%\}>/g, "").trim();
    if (text === "") return;
    const line = urn ? `${label(urn)}: ${text}` : text;
    if (severity === "error") this.errors.push(line);
    else if (AMBIENT.test(text) || (ephemeral && this.saidLately(urn))) return;
    else this.report(line);
  }

  /** Builders and waiting resources say much; a line every few seconds shows that they live. */
  private saidLately(urn: string): boolean {
    const now = Date.now();
    if (now - (this.lastSaid.get(urn) ?? 0) < EPHEMERAL_MS) return true;
    this.lastSaid.set(urn, now);
    return false;
  }

  /** The error to show when the operation threw `cause`. */
  failure(operation: string, cause: unknown): Error {
    // The engine repeats what a resource said without the resource's name.
    const said = this.errors.filter(
      (line, index) =>
        line !== "update failed" && !this.errors.some((other, at) => other.endsWith(line) && at < index),
    );
    if (said.length === 0) return cause instanceof Error ? cause : new Error(String(cause));
    return new UserError([`pulumi ${operation} failed:`, ...said].join("\n\n"));
  }
}

const EPHEMERAL_MS = 5_000;
/** Said by the toolchain already, in words that tell why. */
const AMBIENT = /^using pulumi-resource-\w+ from \$PATH/;
const UNCHANGED = new Set<string>(["same", "read", "refresh"]);

function countChanges(changes: Record<string, number | undefined>): number {
  return Object.entries(changes).reduce(
    (sum, [op, count]) => (UNCHANGED.has(op) ? sum : sum + (count ?? 0)),
    0,
  );
}

/** `StatefulSet celery-rabbitmq` out of a URN. */
function label(urn: string): string {
  const [type = "", name = ""] = urn.split("::").slice(2);
  return `${type.split(":").at(-1) ?? type} ${name}`;
}
