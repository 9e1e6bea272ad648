import { type DefaultRenderer, Listr, type ListrTaskWrapper, type SimpleRenderer } from "listr2";
import { createCluster } from "./cluster";
import { UserError } from "../operate/errors";
import { ensureBaseImages } from "./images";
import { uninterrupted } from "./interrupt";
import { checkKubeContext, type KubeContext } from "./kubeContext";
import { LedgerClient } from "./ledger";
import type { Report } from "./report";
import { OperationLog, openStack } from "./stack";
import { readStackFile, readWorkspaceConfig, type StackConfig, writeWorkspace } from "./stackFile";
import { reportTo, TIMED } from "./steps";
import { ensureDocker, ensurePulumi, preflight, type PulumiTools } from "./toolchain";
import { followRun, judge, sentence, type Verdict } from "./verdict";

/** What a person chooses on the command line. */
export interface UpOptions {
  readonly cluster: string;
  readonly stack: string;
  /** A new name schedules the tasks once more; by default the run that the cluster has seen last. */
  readonly run?: string;
  readonly tasks?: number;
  /** Of the cluster, when it is made. */
  readonly nodes?: number;
  /** Settings that win over the stack file, this time. */
  readonly config: StackConfig;
}

/** What the steps hand on to each other. */
interface Progress {
  config: StackConfig;
  tools: PulumiTools;
  context: KubeContext;
  verdict?: Verdict;
}

type Step = ListrTaskWrapper<Progress, typeof DefaultRenderer, typeof SimpleRenderer>;

/** From whatever there is to a running stack and, when it schedules tasks, a verdict. */
export async function up(options: UpOptions): Promise<Verdict | undefined> {
  const steps = new Listr<Progress>(
    [
      { title: `Stack ${options.stack}`, task: (progress) => configure(options, progress) },
      { title: "Docker", task: (_, step) => ensureDocker(reportTo(step)) },
      {
        title: "Pulumi",
        task: async (progress, step) => void (progress.tools = await ensurePulumi(reportTo(step))),
      },
      {
        title: "Kubernetes cluster",
        task: (progress, step) => chooseCluster(options, progress, reportTo(step)),
      },
      { title: "pulumi up", task: (progress, step) => uninterrupted(() => deploy(options, progress, step)) },
    ],
    TIMED,
  );
  return (await steps.run()).verdict;
}

async function configure(
  { cluster, stack, run, tasks, config }: UpOptions,
  progress: Progress,
): Promise<void> {
  const { scheduleRun, scheduleTasks } = readWorkspaceConfig(cluster, stack);
  const last =
    run === undefined && tasks === undefined
      ? { scheduleRun, scheduleTasks }
      : { scheduleRun: run, scheduleTasks: tasks };
  progress.config = {
    scheduleRun: "run-1",
    ...readStackFile(stack),
    ...Object.fromEntries(Object.entries(last).filter(([, value]) => value !== undefined)),
    ...config,
  };
  refuseCloud(stack, progress.config);
  const problems = await preflight();
  if (problems.length > 0)
    throw new UserError(["This machine lacks:", ...problems.map((line) => `  - ${line}`)].join("\n"));
}

/** This driver keeps its state on this machine, where nobody would find a cloud's cluster again to take it down. */
export function refuseCloud(stack: string, { target }: StackConfig): void {
  if (target === "gke")
    throw new UserError(
      `Stack "${stack}" runs on GKE, which \`make up\` does not: use pulumi up --stack ${stack}.`,
    );
}

/** The context that the stack names; else a cluster of our own, whose addresses and base images go into the configuration. */
async function chooseCluster(
  { cluster, nodes }: UpOptions,
  progress: Progress,
  report: Report,
): Promise<void> {
  const { kubeContext, kubeconfigPath } = progress.config;
  if (kubeContext) {
    progress.context = await checkKubeContext({
      context: String(kubeContext),
      kubeconfigPath: kubeconfigPath as string,
    });
    report(`the context ${String(kubeContext)}, which the stack names`);
    return;
  }
  const images = await ensureBaseImages(report);
  const created = await createCluster(cluster, report, nodes);
  progress.context = created;
  progress.config = {
    ...progress.config,
    kubeContext: created.context,
    kubeconfigPath: created.kubeconfigPath,
    imageRepository: created.registry,
    rabbitmqBaseImage: images.rabbitmq,
    workerBaseImage: images.worker,
  };
}

async function deploy(options: UpOptions, progress: Progress, step: Step): Promise<void> {
  const report = reportTo(step);
  writeWorkspace(options.cluster, options.stack, progress.config);
  const stack = await openStack(options.cluster, options.stack, progress.tools);

  const { kubeconfigPath, context } = progress.context;
  const { ledger, scheduleRun, scheduleTasks } = progress.config;
  const run = String(scheduleRun);
  const tasks = Number(scheduleTasks ?? 0);
  let following: Promise<Verdict> | undefined;
  const log = new OperationLog(report, (resource) => {
    if (resource.type !== "kubernetes:batch/v1:Job" || !ledger || following) return;
    const { namespace } = resource.new?.inputs.metadata as { namespace: string };
    following = followRun(new LedgerClient(kubeconfigPath, context, namespace), run, tasks, updating, report);
    following.catch(() => undefined); // the update's own error comes first
  });
  const updating = stack.up({ onEvent: log.onEvent });
  const { outputs } = await updating.catch((cause: unknown) => {
    throw log.failure("up", cause);
  });
  step.title = `pulumi up: ${log.changes} ${log.changes === 1 ? "change" : "changes"}`;

  if (!ledger || tasks === 0) return;
  const client = new LedgerClient(kubeconfigPath, context, String(outputs.namespace?.value));
  progress.verdict = following ? await following : judge(tasks, await client.summary(run));
  report(sentence(progress.verdict));
}
