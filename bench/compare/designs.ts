import { UsageError } from "../../operate/errors";
import { SCENES } from "../../operate/drill/scenes";
import type { Scene } from "../../operate/drill/scenes/scene";
import { careful } from "./careful/careful";
import { OURS } from "./contestant";
import { defaults } from "./default/default";
import type { Design } from "./design";
import { redis } from "./redis/redis";
import { seed } from "./seed/seed";

/** What ours is compared with, in the order of the tables. */
export const DESIGNS: readonly Design[] = [careful, defaults, redis, seed];

/** Faults that every design is measured under, in the order of the tables. */
export const COMPARED: readonly string[] = ["drain", "broker-kill", "node-off", "partition", "worker-kill"];

/** Names of the designs to measure, in the order of the tables. All of them if none is named. */
export const chosenDesigns = (names: readonly string[] = []): string[] =>
  chosen("design", names, [OURS, ...DESIGNS.map(({ name }) => name)]);

/** Scenes to measure, in the order of the tables. All of them if none is named. */
export const chosenScenes = (names: readonly string[] = []): Scene[] =>
  chosen("scene", names, COMPARED).map((name) => {
    const scene = SCENES.find((each) => each.name === name);
    if (!scene) throw new Error(`there is no scene "${name}" to compare`);
    return scene;
  });

function chosen(what: string, names: readonly string[], known: readonly string[]): string[] {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UsageError(
      `${unknown.map((name) => `"${name}"`).join(", ")}: no such ${what} is compared. Use --${what} with one of ${known.join(", ")}; repeat it for several.`,
    );
  return known.filter((name) => names.length === 0 || names.includes(name));
}

/** Order of a round: each begins with another design, so that none always has the same hour of the machine. */
export const orderOf = (names: readonly string[], round: number): string[] => {
  const first = (round - 1) % names.length;
  return [...names.slice(first), ...names.slice(0, first)];
};
