import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isMap, isScalar, parse, parseDocument } from "yaml";
import { z } from "zod";
import { schema } from "../program/settings/schema";
import type { Library } from "./library";

type JSONSchema = z.core.JSONSchema.JSONSchema;

const ROOT = resolve(__dirname, "..");
const KEYS: JSONSchema = z.toJSONSchema(schema, { io: "output", unrepresentable: "any" });

/** A key of the project file. */
interface Key {
  name: string;
  /** Heading that it stands under. */
  section: string;
  type: string;
  description: string;
  fallback: unknown;
}

/** What a list's or map's parts are called in the library, whose comments tell their meaning. */
const PARTS: Record<string, string[]> = {
  workerPools: ["WorkerPoolOptions", "Compute"],
  "workerPools.autoscale": ["WorkerAutoscale"],
  "workerPools.envFromSecrets": ["SecretKey"],
  "workerPools.tolerations": ["Toleration"],
  authorizedNetworks: ["AuthorizedNetwork"],
  brokerTolerations: ["Toleration"],
};

/** Text of docs/reference/configuration.md. */
export function configurationPage(library: Library): string {
  const keys = readKeys();
  const stacks = readStacks();
  const sections = [...new Set(keys.map(({ section }) => section))];
  return [
    "<!-- Written by `npm run docs`; edit Pulumi.yaml and the comments in components/. -->",
    INTRODUCTION,
    ...sections.flatMap((section) => [
      `## ${section}`,
      table(
        ["key", "type", "default", "meaning"],
        keys
          .filter((key) => key.section === section)
          .map(({ name, type, fallback, description }) => [code(name), type, show(fallback), description]),
      ),
    ]),
    ...Object.entries(PARTS).flatMap(([path, owners]) => [
      `## Fields of ${code(path)}`,
      table(["field", "type", "default", "meaning"], fields(path, owners, library)),
    ]),
    "## What each stack sets",
    "Empty: the default.",
    table(
      ["key", ...stacks.map(({ name }) => name)],
      keysOf(stacks).map((key) => [code(key), ...stacks.map(({ config }) => show(config[key]))]),
    ),
  ]
    .join("\n\n")
    .concat("\n");
}

const INTRODUCTION = `# Configuration

Every key of the stacks' configuration. Set one with \`pulumi config set KEY VALUE\`, a part of a list or map with
\`pulumi config set --path 'workerPools[0].replicas' 4\`. A mistake is told before anything is created, all of them at once,
each with its fix. Programs that import the components pass [arguments](components.md) instead.`;

function readKeys(): Key[] {
  const config = parseDocument(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")).get("config");
  if (!isMap(config)) throw new Error("Pulumi.yaml has no config");
  let section = "";
  return config.items.map(({ key, value }, at) => {
    if (!isScalar(key) || !isMap(value)) throw new Error(`Pulumi.yaml: config.${String(key)} is not a map`);
    // The first comment stands before the map, the others before their key.
    section = (at === 0 ? config.commentBefore : key.commentBefore)?.trim() ?? section;
    const { type, items, description, default: fallback } = value.toJSON() as Record<string, unknown>;
    const inner = (items as { type?: string } | undefined)?.type;
    return {
      name: String(key.value),
      section,
      type: inner ? `${String(type)} of ${inner}s` : String(type),
      description: String(description),
      fallback,
    };
  });
}

function readStacks(): { name: string; config: Record<string, unknown> }[] {
  return readdirSync(ROOT).flatMap((file) => {
    const name = /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1];
    if (name === undefined) return [];
    const { config = {} } = parse(readFileSync(join(ROOT, file), "utf8")) as { config?: object };
    const entries = Object.entries(config).map(([key, value]) => [key.replace(/^ha-celery:/, ""), value]);
    return [{ name, config: Object.fromEntries(entries) as Record<string, unknown> }];
  });
}

function keysOf(stacks: { config: object }[]): string[] {
  return [...new Set(stacks.flatMap(({ config }) => Object.keys(config)))];
}

/** Rows of the fields that `config.ts` accepts in a list or map, told in the words of the component that gets them. */
function fields(path: string, owners: string[], library: Library): string[][] {
  const { properties = {}, required = [] } = objectAt(path);
  return Object.entries(properties).map(([name, type]) => {
    const told = owners.map((owner) => library.field(owner, name)).find((field) => field !== undefined);
    const own = type as JSONSchema;
    const meaning = own.description ?? told?.meaning;
    if (!meaning) throw new Error(`${path}.${name} has no meaning: describe() it in settings/`);
    return [
      code(name),
      typeName(own),
      required.includes(name) ? "" : oneLine(told?.fallback ?? ""),
      oneLine(meaning),
    ];
  });
}

/** The object that a list or map is made of. */
function objectAt(path: string): JSONSchema {
  const inside = (node: JSONSchema): JSONSchema =>
    node.properties ? node : inside((node.items ?? node.additionalProperties) as JSONSchema);
  return path
    .split(".")
    .reduce<JSONSchema>((node, name) => inside(node.properties?.[name] as JSONSchema), KEYS);
}

function typeName({ type, enum: choices, items, additionalProperties }: JSONSchema): string {
  if (choices) return choices.map((choice) => code(String(choice))).join(" or ");
  if (type === "array") return `array of ${typeName(items as JSONSchema)}s`;
  if (type === "object" && typeof additionalProperties === "object")
    return `map of ${typeName(additionalProperties)}s`;
  return String(type);
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();
const code = (text: string) => `\`${text}\``;

function show(value: unknown): string {
  if (value === undefined || value === "") return "";
  return code(typeof value === "object" ? JSON.stringify(value) : String(value));
}

function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
