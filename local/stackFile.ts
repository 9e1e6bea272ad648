import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, relative, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { UserError } from "../operate/errors";
import { REPOSITORY, stateDir } from "./paths";

const NAMESPACE = "ha-celery";

/**
 * Configuration by key; the project's own keys have no namespace: `{ scheduleTasks: 10000, "gcp:project": "mine" }`.
 */
export type StackConfig = Record<string, unknown>;

interface StackDocument {
  config?: Record<string, unknown>;
  encryptionsalt?: string;
}

/** Reads the committed `Pulumi.<stack>.yaml`. */
export function readStackFile(stack: string): StackConfig {
  const path = join(REPOSITORY, `Pulumi.${stack}.yaml`);
  if (!existsSync(path)) {
    const others = stacksIn(REPOSITORY);
    throw new UserError(
      `Stack "${stack}" has no file Pulumi.${stack}.yaml. Existing stacks: ${others.join(", ")}. ` +
        `Use one of them (make up STACK=${others[0] ?? "local"}) or create the file.`,
    );
  }
  return withoutNamespace(parseDocument(path));
}

/** Names of the stacks in a cluster's workspace. */
export function deployedStacks(cluster: string): string[] {
  const folder = workspaceDir(cluster);
  return existsSync(folder) ? stacksIn(folder) : [];
}

/** Reads a stack's configuration from a cluster's workspace; empty before the first `make up`. */
export function readWorkspaceConfig(cluster: string, stack: string): StackConfig {
  const path = join(workspaceDir(cluster), `Pulumi.${stack}.yaml`);
  return existsSync(path) ? withoutNamespace(parseDocument(path)) : {};
}

/**
 * Writes Pulumi's working folder: the project file, the stack's configuration with `values` added, and a link to the
 * image sources. The committed stack files stay free of values that hold for one machine only.
 */
export function writeWorkspace(cluster: string, stack: string, values: StackConfig): string {
  const folder = workspaceDir(cluster);
  mkdirSync(folder, { recursive: true });

  const project = parse(readFileSync(join(REPOSITORY, "Pulumi.yaml"), "utf8")) as Record<string, unknown>;
  delete project.main; // the program runs inside this process
  writeFileSync(join(folder, "Pulumi.yaml"), stringify(project));

  const path = join(folder, `Pulumi.${stack}.yaml`);
  const before: StackDocument = existsSync(path) ? parseDocument(path) : {};
  const config = withWorkerContext({ ...readStackFile(stack), ...values });
  writeFileSync(
    path,
    stringify({
      ...(before.encryptionsalt ? { encryptionsalt: before.encryptionsalt } : {}),
      config: Object.fromEntries(Object.entries(config).map(([key, value]) => [withNamespace(key), value])),
    }),
  );

  // Relative paths must be the same as in the repository, so that the plain CLI computes the same inputs.
  const docker = join(folder, "docker");
  if (!lstatSync(docker, { throwIfNoEntry: false }))
    symlinkSync(relative(folder, join(REPOSITORY, "docker")), docker);
  return folder;
}

/** Resolves the folder of the worker's image against the repository, because the engine resolves it against the
 * workspace. A path in `docker` stays, because the workspace has a link of that name. */
function withWorkerContext(config: StackConfig): StackConfig {
  const { workerContext } = config;
  if (typeof workerContext !== "string" || workerContext === "" || /^docker(\/|$)/.test(workerContext))
    return config;
  return { ...config, workerContext: resolve(REPOSITORY, workerContext) };
}

export function workspaceDir(cluster: string): string {
  return join(stateDir(cluster), "workspace");
}

function stacksIn(folder: string): string[] {
  return readdirSync(folder).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

function parseDocument(path: string): StackDocument {
  return (parse(readFileSync(path, "utf8")) ?? {}) as StackDocument;
}

/** Adds the project's namespace to a key without one. */
const withNamespace = (key: string) => (key.includes(":") ? key : `${NAMESPACE}:${key}`);

function withoutNamespace(document: StackDocument): StackConfig {
  return Object.fromEntries(
    Object.entries(document.config ?? {}).map(([key, value]) => [key.replace(`${NAMESPACE}:`, ""), value]),
  );
}
