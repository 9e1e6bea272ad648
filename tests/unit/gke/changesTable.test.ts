import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolveCluster } from "../../../components/gkeCluster/resolve";
import { GKE_CLUSTER } from "../../../components/gkeCluster/validation";
import { REPOSITORY } from "../../../local/paths";
import { BASE, CHANGES, type Change, titleOf } from "../../gke/changes";

const PAGE = "docs/how-to/gke.md";
/** Resources that the table names. Others only serve them. */
const NOUNS: Record<string, string> = {
  "infra-cluster": "cluster",
  "infra-nodes": "pool",
  "infra-spot": "pool",
  "infra-subnetwork": "subnetwork",
  "infra-kubernetes": "provider",
  "infra-key": "key",
  "infra-images": "policy",
  "infra-backups": "plan",
};
const KINDS: Record<string, string> = { update: "updated", create: "created", delete: "deleted" };
const REPLACED = { pool: "a second pool", cluster: "a new cluster" };

interface Row {
  arguments: string[];
  /** Values that the change must lead to or from. */
  values: string[];
  /** Whether both values must be among `values`. */
  between: boolean;
  effects: string[];
}

function rowsOf(page: string): Row[] {
  const [, section = ""] = page.split("## Consequences of a change\n");
  const lines =
    section
      .split("\n## ")[0]
      ?.split("\n")
      .filter((line) => line.startsWith("| ")) ?? [];
  return lines.slice(2).map((line) => {
    const [, change = "", effects = ""] = line.split("|");
    const [names = "", values = ""] = change.split(/ between | to or from /);
    return {
      arguments: quoted(names),
      values: quoted(values),
      between: change.includes(" between "),
      effects: effectsOf(effects),
    };
  });
}

const quoted = (text: string) => [...text.matchAll(/`([\w.]+)`/g)].map(([, name = ""]) => name);

/** "cluster and pool updated, plan created or deleted; ..." */
function effectsOf(text: string): string[] {
  const [head = ""] = text.trim().split(/[;:]/);
  const replaced = Object.values(REPLACED).filter((each) => head.startsWith(each));
  if (replaced.length > 0) return replaced;
  const kind = "(?:updated|created|deleted)";
  const phrases = head.matchAll(
    new RegExp(`(\\w+)(?: and (\\w+))? (${kind}(?:(?:, or|,| or) ${kind})*)`, "g"),
  );
  return [...phrases].flatMap(([, one = "", other, kinds = ""]) =>
    [one, ...(other ? [other] : [])].flatMap((noun) =>
      [...kinds.matchAll(/\w+ed\b/g)].map(([each]) => `${noun} ${each}`),
    ),
  );
}

/** What the table says of a change. */
function expectedEffects({ resources, more }: Change): string[] {
  if (more) return [REPLACED.cluster];
  return Object.entries(resources).flatMap(([name, kind]) => {
    const noun = NOUNS[name];
    if (!noun) return [];
    return [kind === "replace" ? REPLACED.pool : `${noun} ${KINDS[kind] ?? kind}`];
  });
}

/** Values by their paths. Lists are values. */
function leaves(value: object, prefix = ""): Map<string, string> {
  const inner = Object.entries(value as Record<string, unknown>).flatMap(
    ([key, each]): [string, string][] => {
      const path = prefix + key;
      if (each === undefined) return [];
      const nested = typeof each === "object" && each !== null && !Array.isArray(each) ? each : {};
      if (Object.keys(nested).length === 0) return [[path, JSON.stringify(each)]];
      return [...leaves(nested, `${path}.`)];
    },
  );
  return new Map(inner);
}

/** Paths that a change concerns, and the values that it leads to and from. */
function changed({ from = {}, change }: Change): { paths: string[]; values: string[] } {
  const before = leaves(from);
  const after = leaves({ ...from, ...change });
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  return {
    paths: paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`))),
    values: paths
      .flatMap((path) => [before.get(path), after.get(path)])
      .flatMap((text) => (text ? [plain(text)] : [])),
  };
}

const plain = (json: string) => json.replace(/^"(.*)"$/, "$1");

/** Whether an argument of the table, such as `posture` or `spotPool.maxNodes`, is at or above a path. */
const covers = (argument: string, path: string) => `.${path}.`.includes(`.${argument}.`);

function belongs(change: Change, row: Row): boolean {
  const { paths, values } = changed(change);
  if (!paths.every((path) => row.arguments.some((argument) => covers(argument, path)))) return false;
  if (row.values.length === 0) return true;
  const among = (value: string) => row.values.includes(value);
  return row.between ? values.every(among) : values.some(among);
}

/** The longest argument wins: `backup.retainDays` has a row beside `backup`. */
function rowOf(change: Change, rows: Row[]): Row | undefined {
  const longest = (row: Row) => Math.max(...row.arguments.map((argument) => argument.split(".").length));
  return rows.filter((row) => belongs(change, row)).toSorted((a, b) => longest(b) - longest(a))[0];
}

describe(`The table of changes in ${PAGE}`, () => {
  const rows = rowsOf(readFileSync(`${REPOSITORY}/${PAGE}`, "utf8"));

  for (const change of CHANGES) {
    it(`has a row for ${titleOf(change)}`, () => assert.ok(rowOf(change, rows)));
  }

  for (const row of rows) {
    it(`has a change for each argument of ${[...row.arguments, ...row.values].join(", ")}, and tells what happens`, () => {
      const changes = CHANGES.filter((change) => rowOf(change, rows) === row);
      for (const argument of row.arguments) {
        const found = changes.some((each) => changed(each).paths.some((path) => covers(argument, path)));
        assert.ok(found, `no change of ${argument}`);
      }
      const effects = new Set(changes.flatMap(expectedEffects));
      assert.deepEqual([...effects].sort(), row.effects.toSorted());
    });
  }

  it("names every argument", () => {
    const named = rows.flatMap((row) => row.arguments);
    const { security, encryption, upgrades } = resolveCluster("infra", BASE);
    const blocks: Record<string, object> = { security, encryption, upgrades };
    const all = Object.keys(GKE_CLUSTER.checks).flatMap((name) =>
      blocks[name] ? Object.keys(blocks[name]).map((inner) => `${name}.${inner}`) : [name],
    );
    const missing = all.filter(
      (name) => !named.some((argument) => covers(argument, name) || argument.startsWith(`${name}.`)),
    );
    assert.deepEqual(missing, []);
  });
});
