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
  /** Heading of its section. */
  section: string;
  type: string;
  description: string;
  fallback: unknown;
}

/** Interfaces of the library that describe the parts of each list or map. */
const PARTS: Record<string, string[]> = {
  workerPools: ["WorkerPoolOptions", "Compute"],
  "workerPools.autoscale": ["WorkerAutoscale"],
  "workerPools.metrics": ["CeleryMetrics"],
  "workerPools.envFromSecrets": ["SecretKey"],
  "workerPools.tolerations": ["Toleration"],
  "workerPools.pod": ["PodOptions"],
  "workerPools.pod.envFrom": ["PodEnvSource"],
  "workerPools.pod.volumes": ["PodVolume"],
  "workerPools.pod.volumes.emptyDir": ["PodEmptyDir"],
  "workerPools.pod.volumes.csi": ["PodCsiVolume"],
  "workerPools.pod.volumes.serviceAccountToken": ["PodTokenVolume"],
  "workerPools.pod.volumeMounts": ["PodVolumeMount"],
  "workerPools.pod.initContainers": ["PodContainer"],
  "workerPools.pod.sidecars": ["PodSidecar", "PodContainer"],
  "workerPools.pod.sidecars.startupProbe": ["PodStartupProbe"],
  "workerPools.pod.hostAliases": ["PodHostAlias"],
  "workerPools.pod.securityContext": ["PodSecurityAdditions"],
  beat: ["BeatOptions", "Compute"],
  monitoring: ["MonitoringOptions"],
  scheduledDrills: ["ScheduledDrillsOptions", "Compute"],
  "scheduledDrills.limits": ["DrillLimits"],
  "scheduledDrills.webhook": ["SecretKey"],
  "scheduledDrills.tolerations": ["Toleration"],
  authorizedNetworks: ["AuthorizedNetwork"],
  maintenanceExclusions: ["MaintenanceExclusion"],
  brokerTolerations: ["Toleration"],
};

/** Content of docs/reference/configuration.md. */
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
        ["key", "type", "default", "description"],
        keys
          .filter((key) => key.section === section)
          .map(({ name, type, fallback, description }) => [code(name), type, show(fallback), description]),
      ),
    ]),
    ...Object.entries(PARTS).flatMap(([path, owners]) => [
      `## Fields of ${code(path)}`,
      table(["field", "type", "default", "description"], fields(path, owners, library)),
    ]),
    "## What each stack sets",
    "An empty cell means the default.",
    table(
      ["key", ...stacks.map(({ name }) => name)],
      keysOf(stacks).map((key) => [code(key), ...stacks.map(({ config }) => show(config[key]))]),
    ),
  ]
    .join("\n\n")
    .concat("\n");
}

const INTRODUCTION = `# Configuration

Every configuration key of a stack. Set a key with \`pulumi config set KEY VALUE\`, and a part of a list or map with
\`pulumi config set --path 'workerPools[0].replicas' 4\`. Configuration errors are reported together, before anything is created,
each with the command that fixes it. Programs that import the components pass [arguments](components.md) instead.`;

function readKeys(): Key[] {
  const config = parseDocument(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")).get("config");
  if (!isMap(config)) throw new Error("Pulumi.yaml has no config");
  let section = "";
  return config.items.map(({ key, value }, at) => {
    if (!isScalar(key) || !isMap(value)) throw new Error(`Pulumi.yaml: config.${String(key)} is not a map`);
    // The first comment is attached to the map, the others to their key.
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

/** Rows for the fields of a list or map, with the descriptions of the component that gets them. */
function fields(path: string, owners: string[], library: Library): string[][] {
  const { properties = {}, required = [] } = objectAt(path);
  return Object.entries(properties).map(([name, type]) => {
    const documented = owners.map((owner) => library.field(owner, name)).find((field) => field !== undefined);
    const own = type as JSONSchema;
    const meaning = own.description ?? documented?.meaning;
    if (!meaning)
      throw new Error(`${path}.${name} has no description. Add one with meta() in program/settings/`);
    return [
      code(name),
      typeName(own),
      required.includes(name) ? "" : oneLine(documented?.fallback ?? ""),
      oneLine(meaning),
    ];
  });
}

/** Schema of the objects in a list or map. */
function objectAt(path: string): JSONSchema {
  const inside = (node: JSONSchema): JSONSchema =>
    node.properties ? node : inside((node.items ?? node.additionalProperties) as JSONSchema);
  return path
    .split(".")
    .reduce<JSONSchema>((node, name) => inside(node.properties?.[name] as JSONSchema), KEYS);
}

function typeName({ type, enum: choices, items, properties, additionalProperties }: JSONSchema): string {
  if (choices) return choices.map((choice) => code(String(choice))).join(" or ");
  if (type === "array") return `array of ${typeName(items as JSONSchema)}s`;
  // An object with fields of its own may accept others too, which the component refuses with the reason.
  if (type === "object" && !properties && typeof additionalProperties === "object")
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
