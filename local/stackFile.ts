import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { parse, stringify } from "yaml";
import { UserError } from "../operate/errors";
import { REPOSITORY, stateDir } from "./paths";

const NAMESPACE = "ha-celery";

/** Configuration by key, ours without the namespace: `{ scheduleTasks: 10000, "gcp:project": "mine" }`. */
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
      `Stack "${stack}" has no file Pulumi.${stack}.yaml. Stacks here: ${others.join(", ")}. ` +
        `Choose one of them (make up STACK=${others[0] ?? "local"}) or write the file.`,
    );
  }
  return withoutNamespace(parseDocument(path));
}

/** The stacks that a cluster's workspace holds. */
export function deployedStacks(cluster: string): string[] {
  const folder = workspaceDir(cluster);
  return existsSync(folder) ? stacksIn(folder) : [];
}

/** What a cluster's workspace holds now; empty before the first `make up`. */
export function readWorkspaceConfig(cluster: string, stack: string): StackConfig {
  const path = join(workspaceDir(cluster), `Pulumi.${stack}.yaml`);
  return existsSync(path) ? withoutNamespace(parseDocument(path)) : {};
}

/**
 * Lays out the folder that Pulumi works in, so that nothing of one machine's cluster is written to the committed stack files:
 * the project file, the stack's configuration with `values` added, and a link to the images' sources.
 */
export function writeWorkspace(cluster: string, stack: string, values: StackConfig): string {
  const folder = workspaceDir(cluster);
  mkdirSync(folder, { recursive: true });

  const project = parse(readFileSync(join(REPOSITORY, "Pulumi.yaml"), "utf8")) as Record<string, unknown>;
  delete project.main; // the program runs inside this process
  writeFileSync(join(folder, "Pulumi.yaml"), stringify(project));

  const path = join(folder, `Pulumi.${stack}.yaml`);
  const before: StackDocument = existsSync(path) ? parseDocument(path) : {};
  const config = { ...readStackFile(stack), ...values };
  writeFileSync(
    path,
    stringify({
      ...(before.encryptionsalt ? { encryptionsalt: before.encryptionsalt } : {}),
      config: Object.fromEntries(Object.entries(config).map(([key, value]) => [withNamespace(key), value])),
    }),
  );

  // The same relative paths as in the repository, so that the plain CLI and this workspace see equal inputs.
  const docker = join(folder, "docker");
  if (!lstatSync(docker, { throwIfNoEntry: false }))
    symlinkSync(relative(folder, join(REPOSITORY, "docker")), docker);
  return folder;
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

/** Keys of other namespaces, such as those of Pulumi itself, have theirs already. */
const withNamespace = (key: string) => (key.includes(":") ? key : `${NAMESPACE}:${key}`);

function withoutNamespace(document: StackDocument): StackConfig {
  return Object.fromEntries(
    Object.entries(document.config ?? {}).map(([key, value]) => [key.replace(`${NAMESPACE}:`, ""), value]),
  );
}
