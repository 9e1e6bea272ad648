import assert from "node:assert/strict";
import { GkeCluster, type GkeClusterArgs } from "../../../../components";
import { BASE, CHANGES, titleOf } from "../../../gke/changes";
import { keeps, replaces } from "../../../gke/schema";
import { changesBetween } from "../../../../local/providers/plugin/changes";
import type { Properties } from "../../../../local/providers/plugin/values";
import { type Registered, run } from "../engine";

type ByName = Map<string, Registered>;

async function resourcesOf(args: Partial<GkeClusterArgs>, name = "infra"): Promise<ByName> {
  const { resources, providers } = await run(() => new GkeCluster(name, { ...BASE, ...args }));
  const all = [...resources.filter(({ custom }) => custom), ...providers];
  return new Map(
    all.map((each) => [each.name === "infra-nodes" ? `${each.name} ${each.type}` : each.name, each]),
  );
}

/** Inputs that the engine compares. The cluster ignores changes of its initial pool. */
function compared({ type, inputs }: Registered): Properties {
  const ignored = type.endsWith(":Cluster") ? ["nodeConfig", "initialNodeCount"] : [];
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !ignored.includes(key))) as Properties;
}

function kindOf(before: Registered, after: Registered): string | undefined {
  const changes = changesBetween(compared(before), compared(after)).filter(
    ({ path, kind }) => kind !== "delete" || !keeps(after.type, path),
  );
  if (changes.length === 0) return undefined;
  return changes.some(({ path }) => replaces(after.type, path)) ? "replace" : "update";
}

function kinds(before: ByName, after: ByName): Record<string, string> {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return Object.fromEntries(
    names.flatMap((name) => {
      const [old, next] = [before.get(name), after.get(name)];
      const kind = !old ? "create" : !next ? "delete" : kindOf(old, next);
      return kind ? [[name.split(" ")[0] ?? name, kind] as const] : [];
    }),
  );
}

describe("A change of a GkeCluster", () => {
  const starts = new Map<string, Promise<ByName>>();
  const start = (from: Partial<GkeClusterArgs> = {}): Promise<ByName> => {
    const key = JSON.stringify(from);
    const known = starts.get(key) ?? resourcesOf(from);
    starts.set(key, known);
    return known;
  };

  for (const each of CHANGES) {
    it(`${titleOf(each)} does what docs/how-to/gke.md says`, async () => {
      const { from, change, resources: expected, more } = each;
      const found = kinds(await start(from), await resourcesOf({ ...from, ...change }));
      assert.deepEqual(more ? { ...found, ...expected } : expected, found);
    });
  }

  it("of the component's name creates a new cluster", async () => {
    const { "infra-cluster": old, "other-cluster": next } = kinds(
      await start(),
      await resourcesOf({}, "other"),
    );
    assert.deepEqual([old, next], ["delete", "create"]);
  });
});
