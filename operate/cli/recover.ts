import { createInterface } from "node:readline/promises";
import { type Command, InvalidArgumentError } from "commander";
import { findInstallation } from "../cluster/installation";
import { observe } from "../recover/observe";
import { type About, Needs, plan, type Step } from "../recover/plan";
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
  const known = new Map<string, boolean>();
  const outcome = await recover(reached.cluster, brokers, {
    silentAfterSeconds: options.silentAfter,
    patienceSeconds: options.patience,
    signal: interrupted.signal,
    report: say,
    async consent(steps) {
      show([], steps, say);
      if (
        !given &&
        steps.some(({ needs }) => needs.every((need) => process.stdin.isTTY || allowed(need, options)))
      )
        await consent(context, `Recovery of ${brokers.namespace}/${brokers.name}`);
      given = true;
      const answers = await asked(steps, options, known);
      return steps.filter((_, index) => answers[index]);
    },
  });
  if (options.json) console.log(JSON.stringify(outcome));
  else conclude(outcome);
  if (!outcome.whole) process.exitCode = 1;
}

const FLAGS: Record<Needs, { option: string; question: (about: About) => string }> = {
  [Needs.MachineOff]: {
    option: "--machines-off",
    question: ({ node }) =>
      `Is the machine of node ${node} switched off, or sure never to come back as it is? If it still runs, its pods go on beside their replacements: workers do tasks twice, and a broker of a volume that both reach can damage it.`,
  },
  [Needs.GiveUpVolume]: {
    option: "--give-up-volumes",
    question: ({ claim }) =>
      `Give up what is on the volume of claim ${claim}? The other brokers have copies of all quorum queues; if the node may come back soon, waiting for it is safer.`,
  },
};

const allowed = (needs: Needs, { machinesOff, giveUpVolumes }: Options): boolean =>
  Boolean(needs === Needs.MachineOff ? machinesOff : giveUpVolumes);

/** Asks once about each target that needs more than the ordinary consent. Without a terminal only the options count. */
async function asked(
  steps: readonly Step[],
  options: Options,
  answers: Map<string, boolean>,
): Promise<boolean[]> {
  const given: boolean[] = [];
  for (const step of steps) {
    let yes = true;
    for (const need of step.needs) yes &&= await meets(need, step, options, answers);
    given.push(yes);
  }
  return given;
}

async function meets(
  need: Needs,
  step: Step,
  options: Options,
  answers: Map<string, boolean>,
): Promise<boolean> {
  if (allowed(need, options)) return true;
  const question = FLAGS[need].question(step.about);
  const known = answers.get(question);
  if (known !== undefined) return known;
  if (!process.stdin.isTTY) console.error(`Needs consent: ${FLAGS[need].option}. ${question}`);
  const answer = process.stdin.isTTY ? await yesOrNo(question) : false;
  answers.set(question, answer);
  return answer;
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
