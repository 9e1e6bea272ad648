import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { describeDeadLetters, readDeadLetters } from "../cluster/deadLetters";
import { findInstallation } from "../cluster/installation";
import { UserError } from "../errors";
import { abortOnInterrupt } from "../interrupt";
import { observe } from "../recover/observe";
import { plan, Requirement, type Step, type Subject } from "../recover/plan";
import { findProblems } from "../recover/problems";
import { type Outcome, recover } from "../recover/recover";
import type { ClusterAccess, ConnectedCluster, TargetOptions } from "./clusterAccess";
import { checkYes, requireConsent } from "./consent";
import { numberOption } from "./numberOption";

/** What the command line of `ha-celery recover` sets. */
interface RecoverOptions extends TargetOptions {
  readonly yes?: boolean;
  readonly machinesOff?: boolean;
  readonly giveUpVolumes?: boolean;
  readonly silentAfter: number;
  readonly patience: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const seconds = numberOption();

/** Adds `ha-celery recover`. */
export function recoverCommand(program: Command, access: ClusterAccess): void {
  const command = program
    .command("recover")
    .description("show what is stuck after a node or a volume was lost, and repair it with your consent");
  access
    .addOptions(command)
    .option("--yes", "consent to all steps except those that require one of the next two options")
    .option("--machines-off", "confirm that the machines of silent nodes are switched off")
    .option(
      "--give-up-volumes",
      "consent to losing the data on volumes that are lost; if all are, to a new, empty cluster; if all but one are, to what that one has",
    )
    .option(
      "--silent-after <seconds>",
      "time without a heartbeat until an unready node is silent",
      seconds,
      60,
    )
    .option("--patience <seconds>", "timeout for the recovery after the last step", seconds, 600)
    .option("--dry-run", "show what is stuck and which steps would repair it")
    .option("--json", "print one JSON object instead of text")
    .action((options: RecoverOptions) => run(options, access));
}

async function run(options: RecoverOptions, access: ClusterAccess): Promise<void> {
  const connected = await access.connect(options);
  checkYes(options, connected.local);
  const { brokers } = await findInstallation(connected.cluster, options);
  if (options.dryRun) {
    const facts = await observe(connected.cluster, brokers, options.silentAfter);
    const deadLetters = await readDeadLetters(brokers);
    const found = { stuck: findProblems(facts), steps: plan(facts), deadLetters };
    if (options.json) console.log(JSON.stringify(found));
    else {
      show(found.stuck, found.steps, console.log);
      if (deadLetters) console.log(describeDeadLetters(deadLetters));
    }
    if (found.stuck.length > 0) process.exitCode = 1;
    return;
  }
  const signal = abortOnInterrupt("Stopping: completed steps are kept");
  const consents = new Consents(options, connected, `Recovery of ${brokers.namespace}/${brokers.name}`);
  const outcome = await recover(connected.cluster, brokers, {
    silentAfterSeconds: options.silentAfter,
    timeoutSeconds: options.patience,
    signal,
    report: printProgress,
    consent: (steps) => consents.ask(steps),
  }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    throw new UserError("The recovery was stopped. Run the command again to continue.");
  });
  const deadLetters = await readDeadLetters(brokers);
  if (options.json) console.log(JSON.stringify({ ...outcome, deadLetters }));
  else {
    conclude(outcome);
    if (deadLetters) console.log(describeDeadLetters(deadLetters));
  }
  if (!outcome.whole) process.exitCode = 1;
}

/** Standard output is reserved for the result, which programs read. */
const printProgress = (text: string): void => console.error(text);

const QUESTIONS: Record<Requirement, { option: string; question: (subject: Subject) => string }> = {
  [Requirement.MachineOff]: {
    option: "--machines-off",
    question: ({ node }) =>
      `Is the machine of node ${node} switched off, or certain not to come back in its current state? If it still runs, its pods run beside their replacements: workers execute tasks twice, and two brokers that write to the same volume can corrupt it.`,
  },
  [Requirement.GiveUpVolume]: {
    option: "--give-up-volumes",
    question: ({ claim }) =>
      `Give up the data on the volume of claim ${claim}? The other brokers have copies of all quorum queues. If the node may come back soon, waiting for it is safer.`,
  },
  [Requirement.LastCopy]: {
    option: "--give-up-volumes",
    question: ({ pod }) =>
      `Let ${pod} serve alone? Tasks that it has no copy of are lost: those confirmed while it was away, or just before the others were lost. If one of their volumes still exists, attach it instead.`,
  },
  [Requirement.EmptyCluster]: {
    option: "--give-up-volumes",
    question: () =>
      "Found a new, empty cluster? The volumes of all brokers are empty. If the old volumes still exist, attach them instead: they have the queued tasks.",
  },
};

/** Asks the user once for the recovery, and once for each target that requires more than that. */
class Consents {
  private given: boolean;
  private readonly answers = new Map<string, boolean>();

  constructor(
    private readonly options: RecoverOptions,
    private readonly connected: ConnectedCluster,
    private readonly action: string,
  ) {
    this.given = options.yes ?? connected.local;
  }

  /** Returns the steps that the user consents to. */
  async ask(steps: readonly Step[]): Promise<Step[]> {
    show([], steps, printProgress);
    const canProceed = steps.some(({ needs }) => needs.every((need) => this.isAnswerable(need)));
    if (!this.given && canProceed) await requireConsent(this.connected.cluster.context, this.action);
    this.given = true;
    const allowed: Step[] = [];
    for (const step of steps) if (await this.allows(step)) allowed.push(step);
    return allowed;
  }

  private async allows({ needs, about }: Step): Promise<boolean> {
    for (const need of needs) if (!(await this.isMet(need, about))) return false;
    return true;
  }

  private async isMet(need: Requirement, subject: Subject): Promise<boolean> {
    if (this.isConfirmed(need)) return true;
    const { option, question } = QUESTIONS[need];
    const text = question(subject);
    const answer = this.answers.get(text) ?? (await askUser(text, option));
    this.answers.set(text, answer);
    return answer;
  }

  private isAnswerable(need: Requirement): boolean {
    return process.stdin.isTTY || this.isConfirmed(need);
  }

  private isConfirmed(need: Requirement): boolean {
    const { machinesOff = false, giveUpVolumes = false } = this.options;
    return need === Requirement.MachineOff ? machinesOff : giveUpVolumes;
  }
}

/** Without a terminal, the answer is no. */
async function askUser(question: string, option: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error(`Consent required: ${option}. ${question}`);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} (yes/no) `)).trim());
  } finally {
    terminal.close();
  }
}

function show(problems: readonly string[], steps: readonly Step[], print: (text: string) => void): void {
  for (const problem of problems) print(`stuck: ${problem}`);
  for (const { kind, target, why } of steps) print(`plan:  ${kind} ${target} (${why})`);
  if (problems.length + steps.length === 0) print("Nothing is stuck.");
}

function conclude({ whole, done, refused, stuck, seconds: taken }: Outcome): void {
  const healthy = "all brokers are in one cluster, and all queues have all their copies";
  if (whole && done.length === 0) console.log(`Nothing is stuck: ${healthy}.`);
  else if (whole) console.log(`Recovered after ${taken.toFixed(0)} s: ${healthy}.`);
  else {
    for (const problem of stuck) console.log(`still stuck: ${problem}`);
    for (const { kind, target } of refused) console.log(`no consent: ${kind} ${target}`);
  }
}
