import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  CommandError,
  type EngineEvent,
  LocalWorkspace,
  PulumiCommand,
  type Stack,
  type StepEventMetadata,
} from "@pulumi/pulumi/automation";
import { UserError } from "../operate/errors";
import { passphraseEnvironment } from "./passphrase";
import { stateDir } from "./paths";
import { importPendingCreates } from "./providers/pendingCreates";
import type { Report } from "./report";
import { workspaceDir } from "./stackFile";
import type { PulumiTools } from "./toolchain";

/**
 * Opens the stack in the cluster's workspace, with index.ts as an inline program and the state in the cluster's
 * folder.
 */
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
  // The caller holds the cluster's lock, so a Pulumi lock can only be left over from a killed run.
  await opened.cancel().catch(() => undefined);
  await importPendingCreates(opened);
  return opened;
}

/** The CLI that the toolchain found, for the Automation API. */
export function pulumiCommand({ command }: PulumiTools): Promise<PulumiCommand> {
  return PulumiCommand.get({ root: join(command, "..", ".."), skipVersionCheck: true });
}

async function program(): Promise<Record<string, unknown>> {
  const { namespace, amqpUrl, workers, ledger, prometheusUrl } = await import("../index.js");
  return { namespace, amqpUrl, workers, ledger, prometheusUrl };
}

/** Reports the events of a Pulumi operation and collects the errors of its resources. */
export class OperationLog {
  readonly errors: string[] = [];
  changes = 0;
  private readonly started = new Map<string, number>();
  private readonly lastReported = new Map<string, number>();

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
    // The engine also sends debug messages, although the type does not list them.
    if ((severity as string) === "debug") return;
    const text = message.replace(/<\{%[^%]*%\}>/g, "").trim();
    if (text === "") return;
    const line = urn ? `${label(urn)}: ${text}` : text;
    if (severity === "error") this.errors.push(line);
    else if (REDUNDANT.test(text) || (ephemeral && this.reportedRecently(urn))) return;
    else this.report(line);
  }

  /** Limits the output of image builds and of waiting resources to one line every few seconds. */
  private reportedRecently(urn: string): boolean {
    const now = Date.now();
    if (now - (this.lastReported.get(urn) ?? 0) < EPHEMERAL_MS) return true;
    this.lastReported.set(urn, now);
    return false;
  }

  /** Returns the error to show when the operation threw `cause`. */
  failure(operation: string, cause: unknown): Error {
    // The engine repeats a resource's error without the resource's name.
    const errors = this.errors.filter(
      (line, index) =>
        line !== "update failed" && !this.errors.some((other, at) => other.endsWith(line) && at < index),
    );
    const lines = errors.length > 0 ? errors : commandErrors(cause);
    if (lines.length === 0) return cause instanceof Error ? cause : new Error(String(cause));
    return new UserError([`pulumi ${operation} failed:`, ...lines].join("\n\n"));
  }
}

/** Errors that the CLI prints before the engine starts, for example that a value has the wrong type. */
function commandErrors(cause: unknown): string[] {
  if (!(cause instanceof CommandError)) return [];
  const lines = [...cause.message.matchAll(/^error: (.+)$/gm)].map(([, line = ""]) => line);
  return [...new Set(lines)];
}

const EPHEMERAL_MS = 5_000;
/** The toolchain has already reported this, with the reason. */
const REDUNDANT = /^using pulumi-resource-\w+ from \$PATH/;
const UNCHANGED = new Set<string>(["same", "read", "refresh"]);

function countChanges(changes: Record<string, number | undefined>): number {
  return Object.entries(changes).reduce(
    (sum, [op, count]) => (UNCHANGED.has(op) ? sum : sum + (count ?? 0)),
    0,
  );
}

/** Formats a URN as `StatefulSet celery-rabbitmq`. */
function label(urn: string): string {
  const [type = "", name = ""] = urn.split("::").slice(2);
  return `${type.split(":").at(-1) ?? type} ${name}`;
}
