import { createInterface } from "node:readline/promises";
import { type Command, InvalidArgumentError } from "commander";
import { findInstallation } from "../drill/cluster/installation";
import { observe } from "../recover/observe";
import { Needs, plan, type Step } from "../recover/plan";
import { type Outcome, recover } from "../recover/recover";
import { stuck } from "../recover/stuck";
import { consent } from "./consent";
import type { Reach, Where } from "./kubernetes";

interface Options extends Where {
  readonly yes?: boolean;
  readonly machinesOff?: boolean;
  readonly giveUpVolumes?: boolean;
  readonly silentAfter: number;
  readonly patience: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `ha-celery recover`. */
export function recoverCommand(program: Command, reach: Reach): void {
  const command = program
    .command("recover")
    .description("show what is stuck after the loss of a node or a volume, and mend it with your consent");
  reach
    .options(command)
    .option("--yes", "consent to all steps but those that need one of the next two options")
    .option("--machines-off", "confirm that the machines of silent nodes are switched off")
    .option("--give-up-volumes", "consent to lose what is on volumes that went with their node")
    .option(
      "--silent-after <seconds>",
      "a node not ready and not heard of for so long is silent",
      seconds,
      60,
    )
    .option("--patience <seconds>", "how long to wait until all is whole", seconds, 600)
    .option("--dry-run", "show what is stuck and what would be done")
    .option("--json", "for programs, one object")
    .action((options: Options) => run(options, reach));
}

async function run(options: Options, reach: Reach): Promise<void> {
  const reached = await reach.open(options);
  const { brokers } = await findInstallation(reached.cluster, options);
  // What programs read goes to standard output, all else to the other.
  const say = (text: string) => void console.error(text);

  if (options.dryRun) {
    const facts = await observe(reached.cluster, brokers, options.silentAfter);
    const found = { stuck: stuck(facts), steps: plan(facts) };
    if (options.json) console.log(JSON.stringify(found));
    else show(found.stuck, found.steps, console.log);
    if (found.stuck.length > 0) process.exitCode = 1;
    return;
  }

  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  const context = reached.cluster.context;
  let given = options.yes ?? reached.local;
  const outcome = await recover(reached.cluster, brokers, {
    silentAfterSeconds: options.silentAfter,
    patienceSeconds: options.patience,
    signal: interrupted.signal,
    report: say,
    async consent(steps) {
      show([], steps, say);
      if (!given && steps.some(({ needs }) => needs === undefined || allowed(needs, options)))
        await consent(context, `Recovery of ${brokers.namespace}/${brokers.name}`);
      given = true;
      const answers = await asked(steps, options);
      return steps.filter((_, index) => answers[index]);
    },
  });
  if (options.json) console.log(JSON.stringify(outcome));
  else conclude(outcome);
  if (!outcome.whole) process.exitCode = 1;
}

const FLAGS: Record<Needs, { option: string; question: (step: Step) => string }> = {
  [Needs.MachineOff]: {
    option: "--machines-off",
    question: ({ target }) =>
      `Is the machine of node ${target} switched off, or sure never to come back as it is? If it still runs, its pods go on beside their replacements: workers do tasks twice, and a broker of a volume that both reach can damage it.`,
  },
  [Needs.GiveUpVolume]: {
    option: "--give-up-volumes",
    question: ({ target }) =>
      `Give up what is on the volume of claim ${target}? The other brokers have copies of all quorum queues; if the node may come back soon, waiting for it is safer.`,
  },
};

const allowed = (needs: Needs, { machinesOff, giveUpVolumes }: Options): boolean =>
  Boolean(needs === Needs.MachineOff ? machinesOff : giveUpVolumes);

/** Asks about each step that needs more than the ordinary consent. Without a terminal only the options count. */
async function asked(steps: readonly Step[], options: Options): Promise<boolean[]> {
  const answers: boolean[] = [];
  for (const step of steps) {
    if (!step.needs || allowed(step.needs, options)) answers.push(true);
    else if (process.stdin.isTTY) answers.push(await yesOrNo(FLAGS[step.needs].question(step)));
    else {
      console.error(`Not done: ${step.kind} ${step.target}. To consent: ${FLAGS[step.needs].option}`);
      answers.push(false);
    }
  }
  return answers;
}

async function yesOrNo(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} (yes/no) `)).trim());
  } finally {
    terminal.close();
  }
}

function show(troubles: readonly string[], steps: readonly Step[], say: (text: string) => void): void {
  for (const line of troubles) say(`stuck: ${line}`);
  for (const { kind, target, why } of steps) say(`plan:  ${kind} ${target} (${why})`);
  if (troubles.length + steps.length === 0) say("Nothing is stuck.");
}

function conclude({ whole, done, refused, stuck: left, seconds: taken }: Outcome): void {
  if (whole && done.length === 0)
    console.log("Nothing is stuck: all brokers in one cluster, all queues with all copies.");
  else if (whole)
    console.log(
      `Whole again after ${taken.toFixed(0)} s: all brokers in one cluster, all queues with all copies.`,
    );
  else {
    for (const line of left) console.log(`still stuck: ${line}`);
    for (const { kind, target } of refused) console.log(`not consented to: ${kind} ${target}`);
  }
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0) return value;
  throw new InvalidArgumentError("expected a number of seconds.");
}
