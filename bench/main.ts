import { Command } from "commander";
import { runProgram } from "../operate/cli/runProgram";
import { imageSizes, nodeMemory } from "./containers";
import { markdown, measuredBy, writeSection } from "./document";
import { localCommand } from "./localCommand";

/** A measured value and its target. */
interface Figure {
  readonly what: string;
  readonly value: string;
  readonly target: string;
}

interface Timed {
  readonly output: string;
  readonly seconds: number;
}

const CLUSTER = "bench";
const figures: Figure[] = [];

function note(what: string, value: string, target = ""): void {
  figures.push({ what, value, target });
  console.log(`${what}: ${value}${target && ` (target: ${target})`}`);
}

const seconds = (value: number) =>
  value >= 120 ? `${(value / 60).toFixed(1)} min` : `${value.toFixed(1)} s`;
/** Extracts a value from a command's output, such as the seconds in `3 of 3 nodes Ready (15.0 s)`. */
const valueIn = ({ output }: Timed, pattern: RegExp) => pattern.exec(output)?.[1] ?? "not printed";

/** Runs a command of the local target, and shows its output. */
async function timed(...args: string[]): Promise<Timed> {
  const startedAt = Date.now();
  const command = localCommand(args, { all: true });
  command.all?.pipe(process.stdout);
  const { all } = await command;
  return { output: String(all), seconds: (Date.now() - startedAt) / 1000 };
}

/** Measures the commands from outside. `cold` empties the cache first. */
async function bench({ cold }: { cold?: boolean }): Promise<void> {
  const cluster = `--cluster=${CLUSTER}`;
  if (cold) {
    await timed("clean");
    note("cold machine to verdict", seconds((await timed("up", cluster)).seconds), "<= 25 min");
    await timed("down", cluster);
  }
  const warm = await timed("up", cluster);
  note("images and binaries cached, no cluster, to verdict", seconds(warm.seconds), "<= 3 min");
  note("three-node cluster Ready", `${valueIn(warm, /3 of 3 nodes Ready \(([\d.]+) s\)/)} s`, "<= 30 s");
  note(
    "three broker nodes Ready after apply",
    `${valueIn(warm, /StatefulSet celery-broker-set done \(([\d.]+) s\)/)} s`,
    "<= 30 s",
  );
  note("verdict", valueIn(warm, /(\d+ of \d+ tasks done.*)/), "0 lost");
  const again = await timed("up", cluster);
  note("unchanged second up", seconds(again.seconds), "<= 20 s");
  note("its changes", valueIn(again, /pulumi up: (\d+) change/), "0");
  note("memory of the four node containers, stack at rest", await nodeMemory(CLUSTER), "<= 4 GiB");
  for (const [image, size] of await imageSizes()) note(`image ${image}`, size);
  note("down", seconds((await timed("down", cluster)).seconds));
  publish();
}

function publish(): void {
  const written = writeSection("make bench", [
    `${measuredBy("make bench")} A single run. Expect results to vary by a third on a busy machine.`,
    "",
    ...markdown(
      ["what", "measured", "target"],
      figures.map(({ what, value, target }) => [what, value, target]),
    ),
  ]);
  console.log(`\nwritten to ${written}`);
}

runProgram(
  new Command("bench")
    .description("measure the local target")
    .option("--cold", "begin with an empty cache; removes all local clusters, the images, and the cache")
    .action(bench),
);
