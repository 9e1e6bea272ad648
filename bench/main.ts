import { Command } from "commander";
import { execa } from "execa";
import { REPOSITORY } from "../local/paths";
import { imageSizes, nodeMemory } from "./containers";
import { markdown, measuredBy, writeSection } from "./document";

/** A figure, and the bar that it is held against. */
interface Figure {
  readonly what: string;
  readonly value: string;
  readonly bar: string;
}

interface Timed {
  readonly output: string;
  readonly seconds: number;
}

const CLUSTER = "bench";
const figures: Figure[] = [];

function note(what: string, value: string, bar = ""): void {
  figures.push({ what, value, bar });
  console.log(`${what}: ${value}${bar && ` (bar: ${bar})`}`);
}

const seconds = (value: number) =>
  value >= 120 ? `${(value / 60).toFixed(1)} min` : `${value.toFixed(1)} s`;
/** What a command said of itself, for example the seconds in `3 of 3 nodes Ready (15.0 s)`. */
const said = ({ output }: Timed, pattern: RegExp) => pattern.exec(output)?.[1] ?? "not said";

/** Runs a command of the local target as a person would, and shows it. */
async function timed(...args: string[]): Promise<Timed> {
  const startedAt = Date.now();
  const command = execa(process.execPath, ["--import=tsx", "local/main.ts", ...args], {
    cwd: REPOSITORY,
    all: true,
  });
  command.all?.pipe(process.stdout);
  const { all } = await command;
  return { output: String(all), seconds: (Date.now() - startedAt) / 1000 };
}

/** Measures from outside, as a person with a watch would. `cold` begins by emptying the cache. */
async function bench({ cold }: { cold?: boolean }): Promise<void> {
  const cluster = `--cluster=${CLUSTER}`;
  if (cold) {
    await timed("clean");
    note("cold machine to verdict", seconds((await timed("up", cluster)).seconds), "<= 25 min");
    await timed("down", cluster);
  }
  const warm = await timed("up", cluster);
  note("images and binaries cached, no cluster, to verdict", seconds(warm.seconds), "<= 3 min");
  note("three-node cluster Ready", `${said(warm, /3 of 3 nodes Ready \(([\d.]+) s\)/)} s`, "<= 30 s");
  note(
    "three broker nodes Ready after apply",
    `${said(warm, /StatefulSet celery-broker-set done \(([\d.]+) s\)/)} s`,
    "<= 30 s",
  );
  note("verdict", said(warm, /(\d+ of \d+ tasks done.*)/), "0 lost");
  const again = await timed("up", cluster);
  note("unchanged second up", seconds(again.seconds), "<= 20 s");
  note("its changes", said(again, /pulumi up: (\d+) change/), "0");
  note("memory of the four node containers, stack at rest", await nodeMemory(CLUSTER), "<= 4 GiB");
  for (const [image, size] of await imageSizes()) note(`image ${image}`, size);
  note("down", seconds((await timed("down", cluster)).seconds));
  publish();
}

function publish(): void {
  const written = writeSection("make bench", [
    `${measuredBy("make bench")} One run; expect a spread of a third on a busy machine.`,
    "",
    ...markdown(
      ["what", "measured", "bar"],
      figures.map(({ what, value, bar }) => [what, value, bar]),
    ),
  ]);
  console.log(`\nwritten to ${written}`);
}

new Command("bench")
  .option("--cold", "begin with an empty cache: removes every local cluster, the images and the cache")
  .action(bench)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
