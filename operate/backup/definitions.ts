import { isObject } from "../amqp/text";
import type { Brokers } from "../cluster/brokers";
import { isReady, nameOf } from "../cluster/objects";
import { UserError } from "../errors";
import { isOfRestores } from "./names";

/** An object of RabbitMQ's definitions, without its virtual host. */
export type Definition = Readonly<Record<string, unknown>> & { readonly name?: string };

/** A user and its rights, without the hash of its password. */
export interface SavedUser {
  readonly name: string;
  readonly tags: unknown;
  readonly configure: unknown;
  readonly write: unknown;
  readonly read: unknown;
}

/** Definitions of one virtual host. Nothing in them is secret. */
export interface Definitions {
  readonly exchanges: readonly Definition[];
  readonly queues: readonly Definition[];
  readonly bindings: readonly Definition[];
  readonly policies: readonly Definition[];
  readonly users: readonly SavedUser[];
  /** Names of runtime parameters. Their values are left out, because those of shovels and upstreams have passwords. */
  readonly parameters: readonly string[];
}

/** What a restore can create. */
const IMPORTED = ["exchanges", "queues", "bindings", "policies"] as const;

/** Size of one import in bytes. Linux limits an argument to 128 KiB; base64 makes it larger by a third. */
const CHUNK = 60_000;

/** Commands take about a second of CPU. */
type Commands = Pick<Brokers, "vhost" | "pods" | "exec">;

/** Returns the definitions of the installation's virtual host. */
export async function readDefinitions(brokers: Commands): Promise<Definitions> {
  const text = await run(brokers, "rabbitmqctl", "--quiet", "export_definitions", "-", "--format", "json");
  return definitionsOf(JSON.parse(text) as Record<string, unknown>, brokers.vhost);
}

/** Selects the definitions of a virtual host, and leaves out everything that is secret. */
export function definitionsOf(exported: Readonly<Record<string, unknown>>, vhost: string): Definitions {
  const all = (kind: string): Definition[] =>
    (Array.isArray(exported[kind]) ? (exported[kind] as unknown[]) : []).filter(isObject);
  const own = (kind: string): Definition[] =>
    all(kind)
      .filter((each) => each.vhost === vhost)
      .map((each) => Object.fromEntries(Object.entries(each).filter(([key]) => key !== "vhost")));
  const tags = new Map(all("users").map((user) => [user.name, user.tags]));
  return {
    exchanges: own("exchanges"),
    queues: own("queues"),
    bindings: own("bindings"),
    policies: own("policies"),
    users: own("permissions").map(({ user, configure, write, read }) => ({
      name: String(user),
      tags: tags.get(String(user)) ?? [],
      configure,
      write,
      read,
    })),
    parameters: own("parameters").map(({ component, name }) => `${String(component)} ${name}`),
  };
}

/** Leaves out what restores have created. It says what is in this installation, and would be wrong in another one. */
export const withoutRestores = (definitions: Definitions): Definitions => ({
  ...definitions,
  exchanges: definitions.exchanges.filter(({ name = "" }) => !isOfRestores(name)),
  queues: definitions.queues.filter(({ name = "" }) => !isOfRestores(name)),
});

/** What a backup has and an installation lacks. */
export interface Missing extends Pick<Definitions, (typeof IMPORTED)[number]> {
  /** Names of users. Only a person or the stack can create them, because the backup has no passwords. */
  readonly users: readonly string[];
  /** Queues, exchanges, and policies that exist with other arguments, and stay as they are. */
  readonly different: readonly string[];
}

/** A restore adds what is missing and changes nothing that exists. */
export function missingFrom(saved: Definitions, present: Definitions): Missing {
  const missing = (kind: (typeof IMPORTED)[number]) => {
    const keys = new Set(present[kind].map((each) => each.name ?? canonical(each)));
    return saved[kind].filter((each) => !keys.has(each.name ?? canonical(each)));
  };
  const different = (kind: "exchanges" | "queues" | "policies") =>
    saved[kind]
      .filter((each) => {
        const other = present[kind].find(({ name }) => name === each.name);
        return other !== undefined && canonical(comparable(other)) !== canonical(comparable(each));
      })
      .map(({ name = "" }) => `${SINGULAR[kind]} ${name}`);
  const users = new Set(present.users.map(({ name }) => name));
  return {
    exchanges: missing("exchanges"),
    queues: missing("queues"),
    bindings: missing("bindings"),
    policies: missing("policies"),
    users: saved.users.map(({ name }) => name).filter((name) => !users.has(name)),
    different: [...different("exchanges"), ...different("queues"), ...different("policies")],
  };
}

const SINGULAR = { exchanges: "exchange", queues: "queue", policies: "policy" } as const;

/** Versions of RabbitMQ differ in the rest. */
const comparable = ({ type, durable, pattern, definition, arguments: args }: Definition): object => ({
  type,
  durable,
  pattern,
  definition,
  args,
});

/** JSON with sorted keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    isObject(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );

/** Creates what is missing. */
export async function importDefinitions(brokers: Commands, missing: Missing): Promise<void> {
  for (const part of chunksOf(missing, brokers.vhost)) {
    // With current versions of Erlang, rabbitmqctl cannot read its input.
    const script =
      'file=$(mktemp) && echo "$1" | base64 -d > "$file" && rabbitmqctl --quiet import_definitions "$file" --format json; code=$?; rm -f "$file"; exit $code';
    await run(brokers, "sh", "-c", script, "sh", Buffer.from(JSON.stringify(part)).toString("base64"));
  }
}

/** Parts that fit into an argument, in an order in which each can be imported. */
export function chunksOf(missing: Missing, vhost: string): Record<string, Definition[]>[] {
  const chunks: Record<string, Definition[]>[] = [];
  let size = CHUNK;
  for (const kind of IMPORTED)
    for (const each of missing[kind]) {
      const definition = { ...each, vhost };
      const bytes = Buffer.byteLength(JSON.stringify(definition));
      if (size + bytes > CHUNK) {
        chunks.push({});
        size = 0;
      }
      size += bytes;
      const chunk = chunks.at(-1);
      if (chunk) (chunk[kind] ??= []).push(definition);
    }
  return chunks;
}

async function run(brokers: Commands, ...command: string[]): Promise<string> {
  const pod = (await brokers.pods()).find(isReady);
  if (!pod) throw new UserError("No broker is ready. See what is wrong: npx ha-celery status");
  return brokers.exec({ pod: nameOf(pod) }, ...command);
}
