import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type Blackout,
  BLACKOUT_FORMAT,
  isInBlackout,
  isTimeZone,
  parseBlackout,
} from "../../components/scheduledDrills/blackout";
import { WEBHOOK_VARIABLE } from "../../components/scheduledDrills/command";
import { canvasLoad, DEFAULT_LOAD, LOAD_KINDS, type LoadKind, type LoadOptions } from "../drill/load";
import type { DrillPlan } from "../drill/plan";
import type { RecordOptions } from "../drill/record/recorder";
import { UsageError } from "../errors";
import { random } from "../drill/scenes/random";
import type { Scene } from "../drill/scenes/scene";
import { upgradeImage } from "../drill/scenes/upgradeImage";
import { limitOptions } from "../drill/verdict/limitOptions";
import { mergeLimits } from "../drill/verdict/limits";
import type { TargetOptions } from "./clusterAccess";
import { numberOption } from "./numberOption";
import type { PowerCommands } from "./power";

/** What the command line of `ha-celery drill` sets. The limits are read by `mergeLimits`. */
export interface DrillOptions
  extends TargetOptions, PowerCommands, RecordOptions, Partial<Omit<LoadOptions, "kind">> {
  readonly load: LoadKind;
  readonly pool?: string;
  readonly usePool?: boolean;
  readonly victim?: number;
  readonly hold?: number;
  readonly warm: number;
  readonly cool: number;
  readonly patience: number;
  readonly times: number;
  readonly seed?: number;
  readonly minutes?: number;
  readonly image?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly allowProtected?: boolean;
  readonly json?: boolean;
  readonly report?: string;
  readonly junit?: string;
  readonly blackout: readonly BlackoutOption[];
  readonly timeZone: string;
}

/** A window with its text, for messages. */
interface BlackoutOption {
  readonly text: string;
  readonly window: Blackout;
}

/** Number of seeds of which one is chosen. */
const SEEDS = 1_000_000;
const RANDOM_MINUTES = 8;
const MINUTES = { min: 1, max: 50 };

const number = numberOption();
const integer = numberOption({ integer: true });

export function addDrillOptions(command: Command): Command {
  const { rate, producers, taskSeconds, workers, concurrency } = DEFAULT_LOAD;
  command
    .option("--pool <name>", "worker pool whose pod template the drill's workers use (default: the first)")
    .option("--use-pool", "run the drill's tasks on the pool's own workers and queue")
    .option(
      "--load <kind>",
      "what is published: tasks, or canvas (chains, chords, callbacks, retries, send_task)",
      loadKind,
      DEFAULT_LOAD.kind,
    )
    .option("--victim <ordinal>", "broker node to fail (default: the leader)", integer)
    .option("--rate <tasks>", `tasks published per second (default: ${rate})`, number)
    .option("--producers <count>", `publisher processes (default: ${producers})`, integer)
    .option("--task-seconds <seconds>", `duration of each task (default: ${taskSeconds})`, number)
    .option("--workers <count>", `worker pods that the drill starts (default: ${workers})`, integer)
    .option("--concurrency <count>", `concurrent tasks per worker (default: ${concurrency})`, integer)
    .option(
      "--prefetch <count>",
      "tasks prefetched per concurrent task (default: the pool's setting)",
      integer,
    )
    .option(
      "--payload-bytes <bytes>",
      "size of an additional argument of each task, not for --load canvas (default: the scene's)",
      integer,
    )
    .option("--hold <seconds>", "time from the fault until it is undone (default: the scene's)", number)
    .option("--warm <seconds>", "load before the fault", number, 8)
    .option("--cool <seconds>", "load after recovery", number, 5)
    .option("--patience <seconds>", "timeout for recovery after the fault is undone", number, 300)
    .option("--seed <number>", "for random: determines the faults (default: another one each time)", integer)
    .option(
      "--minutes <minutes>",
      `for random: time with faults, ${MINUTES.min} to ${MINUTES.max} (default: ${RANDOM_MINUTES})`,
      number,
    )
    .option(
      "--image <reference>",
      "for upgrade-image: another image of the brokers, of the same minor version of RabbitMQ (default: the same image by another reference)",
    )
    .option("--times <count>", "number of times to run each scene", integer, 1);
  for (const option of limitOptions()) command.addOption(option);
  command
    .option(
      "--power-off <command>",
      "for node-off, two-faults, power-loss: command that cuts the power of the machine $NODE",
    )
    .option("--power-on <command>", "for the same scenes: command that restores it")
    .option("--yes", "consent to the drill; required outside the local target")
    .option("--allow-protected", "run scenes that could lose data even on a protected installation")
    .option("--dry-run", "print what the drill would do, and check whether it could run now")
    .option("--json", "print one JSON object per drill instead of tables")
    .option("--report <folder>", "write a report with a timeline for each drill")
    .option("--junit <file>", "write the verdicts as JUnit XML, which CI systems show as tests")
    .option(
      "--record",
      "keep the outcome for `drill history`, and report it as a Kubernetes event and as metrics",
    )
    .addOption(
      new Option("--webhook <url>", `post the outcome to this URL as JSON (or set ${WEBHOOK_VARIABLE})`)
        .env(WEBHOOK_VARIABLE)
        .argParser(httpUrl),
    )
    .option(
      "--blackout <window>",
      `begin no drill in this window: ${BLACKOUT_FORMAT}; repeatable`,
      (text: string, before: readonly BlackoutOption[]) => [...before, blackout(text)],
      [],
    )
    .option("--time-zone <name>", "time zone of --blackout", timeZone, "Etc/UTC");
  return command;
}

function httpUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text;
  throw new InvalidArgumentError("Use a URL that begins with https:// or http://.");
}

function blackout(text: string): BlackoutOption {
  const window = parseBlackout(text);
  if (window) return { text, window };
  throw new InvalidArgumentError(`Use ${BLACKOUT_FORMAT}.`);
}

function timeZone(text: string): string {
  if (isTimeZone(text)) return text;
  throw new InvalidArgumentError("Use a name of the tz database, such as Europe/Berlin.");
}

/** The window in which no drill may begin now. */
export const blackoutNow = ({ blackout, timeZone }: DrillOptions, now = new Date()): string | undefined =>
  blackout.find(({ window }) => isInBlackout(window, now, timeZone))?.text;

function loadKind(text: string): LoadKind {
  const kind = LOAD_KINDS.find((each) => each === text);
  if (kind) return kind;
  throw new InvalidArgumentError(`Use one of: ${LOAD_KINDS.join(", ")}.`);
}

/** Refuses options that exclude each other. */
export function checkLoad({ load, usePool, payloadBytes }: DrillOptions): void {
  if (load === "canvas" && usePool)
    throw new UsageError(
      "--load canvas cannot run on the pool's own workers (--use-pool), because its chords need a result backend, which only the drill's workers have. Omit --use-pool.",
    );
  if (load === "canvas" && payloadBytes)
    throw new UsageError(
      `--payload-bytes is ${payloadBytes}, but the tasks of --load canvas have no payload. Omit one of them.`,
    );
}

/** Options that only one scene has. */
const OPTIONS_OF_SCENES = { seed: random, minutes: random, image: upgradeImage } as const;

/** Refuses options that no requested scene uses, and a time in which `random` cannot inject its faults. */
export function checkScenes(scenes: readonly Scene[], options: DrillOptions): void {
  for (const [option, scene] of Object.entries(OPTIONS_OF_SCENES))
    if (options[option as keyof typeof OPTIONS_OF_SCENES] !== undefined && !scenes.includes(scene))
      throw new UsageError(
        `--${option} is an option of the scene ${scene.name} only. Omit it, or run ${scene.name}.`,
      );
  const { minutes } = options;
  if (minutes !== undefined && (minutes < MINUTES.min || minutes > MINUTES.max))
    throw new UsageError(
      `--minutes is ${minutes}: a fault and the pause before it take up to 50 s, and the drill's agents end after an hour. Use ${MINUTES.min} to ${MINUTES.max}.`,
    );
}

/** Combines the scene's own values with those that the user set. */
export function planOf(scene: Scene, options: DrillOptions): DrillPlan {
  const sceneLoad = { ...DEFAULT_LOAD, ...scene.load };
  const load = options.load === "canvas" ? canvasLoad(sceneLoad) : sceneLoad;
  return {
    run: `${scene.name}-${new Date().toISOString().slice(5, 19).replace(/\D/g, "")}`,
    scene,
    load: {
      kind: load.kind,
      rate: options.rate ?? load.rate,
      producers: options.producers ?? load.producers,
      taskSeconds: options.taskSeconds ?? load.taskSeconds,
      workers: options.workers ?? load.workers,
      concurrency: options.concurrency ?? load.concurrency,
      prefetch: options.prefetch ?? load.prefetch,
      payloadBytes: options.payloadBytes ?? load.payloadBytes,
    },
    limits: mergeLimits(scene.limits, options),
    warmSeconds: options.warm,
    coolSeconds: options.cool,
    holdSeconds: options.hold ?? scene.holdSeconds,
    recoveryTimeoutSeconds: options.patience,
    victim: options.victim,
    pool: options.pool,
    usePool: options.usePool ?? false,
    image: options.image,
    random: {
      seed: options.seed ?? Math.floor(Math.random() * SEEDS),
      minutes: options.minutes ?? RANDOM_MINUTES,
    },
  };
}
