import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { ContainerImageArgs } from "./args";
import { quote } from "../shared/validation";

export function dockerfileOf(args: ContainerImageArgs): string {
  return args.dockerfile ?? `${args.context}/Dockerfile`;
}

/** Everything wrong with the arguments of an image. */
export function imageProblems(args: ContainerImageArgs): string[] {
  return [
    ...pathProblems(args),
    ...repositoryProblems(args.repository),
    ...(args.tag === undefined || /^\w[\w.-]{0,127}$/.test(args.tag)
      ? []
      : [`tag is ${quote(args.tag)}. Use up to 128 letters, digits, "_", "." and "-".`]),
    ...(args.platform === undefined || /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/.test(args.platform)
      ? []
      : [`platform is ${quote(args.platform)}. Use for example "linux/amd64" or "linux/arm64".`]),
    ...(args.baseImage !== undefined && args.buildArgs && "BASE_IMAGE" in args.buildArgs
      ? [
          "baseImage and buildArgs.BASE_IMAGE are mutually exclusive, and cannot both be set; they mean the same. Remove one.",
        ]
      : []),
  ];
}

function pathProblems(args: ContainerImageArgs): string[] {
  const folder = statSync(args.context, { throwIfNoEntry: false });
  if (!folder?.isDirectory()) {
    return [
      `context is ${quote(args.context)}, but ${resolve(args.context)} is not a folder. Use a path relative to the program.`,
    ];
  }
  const dockerfile = dockerfileOf(args);
  if (existsSync(dockerfile)) return [];
  return [
    `dockerfile is ${quote(dockerfile)}, but ${resolve(dockerfile)} does not exist. Use a path relative to the program, not to the context.`,
  ];
}

function repositoryProblems(repository: ContainerImageArgs["repository"]): string[] {
  if (typeof repository !== "string" || /^([\w.-]+(:\d+)?\/)?[a-z0-9._-]+(\/[a-z0-9._-]+)*$/.test(repository))
    return [];
  return [
    `repository is ${quote(repository)}. Use registry and path in lower case, without a tag, for example "registry.example.com/team/worker".`,
  ];
}
