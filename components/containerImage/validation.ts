import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { ContainerImageArgs } from "./args";
import {
  type Check,
  type Rule,
  type Validation,
  check,
  checkedByRule,
  quote,
  unchecked,
} from "../shared/checks";

export function dockerfileOf(args: ContainerImageArgs): string {
  return args.dockerfile ?? `${args.context}/Dockerfile`;
}

const folder: Check<string> = check(
  (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  (what, path) =>
    `${what} is ${quote(path)}, but ${resolve(path)} is not a folder. Use a path relative to the program.`,
);

/** Outputs are not known yet; the registry checks them. */
const repository: Check<pulumi.Input<string>> = (what, path) => {
  if (typeof path !== "string" || /^([\w.-]+(:\d+)?\/)?[a-z0-9._-]+(\/[a-z0-9._-]+)*$/.test(path)) return [];
  return [
    `${what} is ${quote(path)}. Use a lowercase registry and path, without a tag, for example "registry.example.com/team/worker".`,
  ];
};

const tag: Check<string> = check(
  (name) => /^\w[\w.-]{0,127}$/.test(name),
  (what, name) => `${what} is ${quote(name)}. Use up to 128 letters, digits, "_", "." and "-".`,
);

const platform: Check<string> = check(
  (name) => /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/.test(name),
  (what, name) => `${what} is ${quote(name)}. Use for example "linux/amd64" or "linux/arm64".`,
);

const dockerfileExists: Rule<ContainerImageArgs> = {
  needs: ["context"],
  problems: (args) => {
    const dockerfile = dockerfileOf(args);
    if (existsSync(dockerfile)) return [];
    return [
      `dockerfile is ${quote(dockerfile)}, but ${resolve(dockerfile)} does not exist. Use a path relative to the program, not to the context.`,
    ];
  },
};

const oneBaseImage: Rule<ContainerImageArgs> = {
  needs: [],
  problems: ({ baseImage, buildArgs = {} }) =>
    baseImage === undefined || !("BASE_IMAGE" in buildArgs)
      ? []
      : [
          "baseImage and buildArgs.BASE_IMAGE are mutually exclusive, because they set the same argument. Remove one.",
        ],
};

export const CONTAINER_IMAGE: Validation<ContainerImageArgs> = {
  checks: {
    context: folder,
    dockerfile: checkedByRule,
    repository,
    baseImage: unchecked,
    buildArgs: unchecked,
    target: unchecked,
    tag,
    platform,
    push: unchecked,
    credentials: unchecked,
    buildOnPreview: unchecked,
  },
  rules: [dockerfileExists, oneBaseImage],
};
