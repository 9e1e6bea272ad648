import type { StepEventMetadata } from "@pulumi/pulumi/automation";
import { type DefaultRenderer, Listr, type ListrTaskWrapper, type SimpleRenderer } from "listr2";
import { createCluster } from "./cluster";
import { UserError } from "../operate/errors";
import { ensureBaseImages, ensureDrillsBase, ensurePrometheusBase } from "./images";
import { uninterrupted } from "./interrupt";
import { checkKubeContext, type NamedContext } from "./kubeContext";
import type { Report } from "./report";
import { OperationLog, openStack } from "./stack";
import { readStackFile, readWorkspaceConfig, type StackConfig, writeWorkspace } from "./stackFile";
import { reportTo, TIMED } from "./steps";
import { ensureDocker, ensurePulumi, preflight, type PulumiTools } from "./toolchain";
import { runReader } from "./runReader";
import { watchRun, describeResult, type RunResult } from "./runResult";

/** Options of the `up` command. */
export interface UpOptions {
  readonly cluster: string;
  readonly stack: string;
  /** A new name schedules the tasks again. Default: the cluster's latest run. */
  readonly run?: string;
  readonly tasks?: number;
  /** Number of nodes when the cluster is created. */
  readonly nodes?: number;
  /** Whether to deploy a Prometheus that reads the stack's metrics. */
  readonly monitoring?: boolean;
  /** Configuration that overrides the stack file for this command only. */
  readonly config: StackConfig;
}

/** State that the steps pass on to each other. */
interface UpState {
  config: StackConfig;
  tools: PulumiTools;
  context: NamedContext;
  result?: RunResult;
  /** Command that forwards a local port to Prometheus, if there is one. */
  prometheus?: string;
}

/** What a person wants to know of a stack that is up. */
export interface UpResult {
  /** Result of its run, if the stack schedules tasks. */
  readonly run?: RunResult;
  /** Command that forwards a local port to Prometheus, if there is one. */
  readonly prometheus?: string;
}

type Step = ListrTaskWrapper<UpState, typeof DefaultRenderer, typeof SimpleRenderer>;

/** Brings up a stack from whatever exists. */
export async function up(options: UpOptions): Promise<UpResult> {
  const steps = new Listr<UpState>(
    [
      { title: `Stack ${options.stack}`, task: (state) => configure(options, state) },
      { title: "Docker", task: (_, step) => ensureDocker(reportTo(step)) },
      {
        title: "Pulumi",
        task: async (state, step) => void (state.tools = await ensurePulumi(reportTo(step))),
      },
      {
        title: "Kubernetes cluster",
        task: (state, step) => chooseCluster(options, state, reportTo(step)),
      },
      { title: "pulumi up", task: (state, step) => uninterrupted(() => deploy(options, state, step)) },
    ],
    TIMED,
  );
  const { result: run, prometheus } = await steps.run();
  return { run, prometheus };
}

/** Configuration that adds a Prometheus; `chooseCluster` adds its base image. */
const MONITORED: StackConfig = {
  monitoring: { by: "configMap", intervalSeconds: 10 },
  monitoringNamespaces: ["monitoring"],
  prometheusBaseImage: "debian:trixie-slim",
};

async function configure(options: UpOptions, state: UpState): Promise<void> {
  const { cluster, stack, run, tasks, monitoring, config } = options;
  const { scheduleRun, scheduleTasks } = readWorkspaceConfig(cluster, stack);
  const last =
    run === undefined && tasks === undefined
      ? { scheduleRun, scheduleTasks }
      : { scheduleRun: run, scheduleTasks: tasks };
  state.config = {
    scheduleRun: "run-1",
    ...readStackFile(stack),
    ...(monitoring && MONITORED),
    ...Object.fromEntries(Object.entries(last).filter(([, value]) => value !== undefined)),
    ...config,
  };
  rejectCloudTarget(stack, state.config);
  const problems = await preflight();
  if (problems.length > 0)
    throw new UserError(["This machine lacks:", ...problems.map((line) => `  - ${line}`)].join("\n"));
}

/**
 * `make up` keeps its Pulumi state on this machine; losing it would leave a cloud cluster that nobody can destroy.
 */
export function rejectCloudTarget(stack: string, { target }: StackConfig): void {
  if (target === "gke")
    throw new UserError(
      `Stack "${stack}" runs on GKE, which \`make up\` does not support. Use: pulumi up --stack ${stack}`,
    );
}

/**
 * Uses the context that the stack names. Otherwise creates a cluster and adds its addresses and base images to the
 * configuration.
 */
async function chooseCluster(options: UpOptions, state: UpState, report: Report): Promise<void> {
  const { cluster, nodes, monitoring } = options;
  const { kubeContext, kubeconfigPath } = state.config;
  if (kubeContext) {
    state.context = await checkKubeContext({
      context: String(kubeContext),
      kubeconfigPath: kubeconfigPath as string,
    });
    report(`using the context ${String(kubeContext)}, which the stack names`);
    return;
  }
  const images = await ensureBaseImages(report);
  const created = await createCluster(cluster, report, nodes);
  state.context = created;
  state.config = {
    ...state.config,
    kubeContext: created.context,
    kubeconfigPath: created.kubeconfigPath,
    imageRepository: created.registry,
    rabbitmqBaseImage: images.rabbitmq,
    workerBaseImage: images.worker,
    ...(monitoring && { prometheusBaseImage: await ensurePrometheusBase(report) }),
    ...(hasDrills(state.config) && { drillsBaseImage: await ensureDrillsBase(report) }),
  };
}

/** Whether the stack schedules drills, whose image others need not wait for. */
export function hasDrills({ scheduledDrills }: StackConfig): boolean {
  return Object.keys(scheduledDrills ?? {}).length > 0;
}

async function deploy(options: UpOptions, state: UpState, step: Step): Promise<void> {
  const report = reportTo(step);
  writeWorkspace(options.cluster, options.stack, state.config);
  const stack = await openStack(options.cluster, options.stack, state.tools);

  const { ledger, scheduleRun, scheduleTasks } = state.config;
  const run = String(scheduleRun);
  const tasks = Number(scheduleTasks ?? 0);
  const watch = (namespace: string) =>
    watchRun(runReader(state.context, namespace), run, tasks, updating, report);
  let watching: Promise<RunResult> | undefined;
  const log = new OperationLog(report, (resource) => {
    const namespace = namespaceOfJob(resource);
    if (namespace === undefined || !ledger || watching) return;
    watching = watch(namespace);
    watching.catch(() => undefined); // the update's own error takes precedence
  });
  const updating = stack.up({ onEvent: log.onEvent });
  const { outputs } = await updating.catch((cause: unknown) => {
    throw log.failure("up", cause);
  });
  step.title = `pulumi up: ${log.changes} ${log.changes === 1 ? "change" : "changes"}`;
  const url = outputs.prometheusUrl?.value as string | undefined;
  if (url) state.prometheus = forwardCommand(state.context, url);

  if (!ledger || tasks === 0) return;
  // An unchanged Job has no event; its tasks may still run, for example after all machines were off.
  state.result = await (watching ?? watch(String(outputs.namespace?.value)));
  report(describeResult(state.result));
}

/** Command that forwards a local port to a Service, whose URL in the cluster is http://NAME.NAMESPACE:PORT. */
export function forwardCommand({ context, kubeconfigPath }: NamedContext, url: string): string {
  const { hostname, port } = new URL(url);
  const [service, namespace] = hostname.split(".");
  const kubeconfig = kubeconfigPath ? `--kubeconfig ${kubeconfigPath} ` : "";
  return `kubectl ${kubeconfig}--context ${context} --namespace ${namespace} port-forward service/${service} ${port}`;
}

/** Namespace of a Job that is created or updated. A deleted one has no new state. */
function namespaceOfJob({ type, new: next }: StepEventMetadata): string | undefined {
  if (type !== "kubernetes:batch/v1:Job") return undefined;
  return (next?.inputs.metadata as { namespace?: string } | undefined)?.namespace;
}
