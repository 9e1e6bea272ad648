import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema, type PackageSpec } from "@pulumi/pulumi/provider/experimental/schema";
import * as library from "../../../components";

export const COMPONENTS = resolve(__dirname, "../../../components");

/** Names of the component classes that the library exports. */
export const CLASSES = Object.entries(library)
  .filter(([, value]) => typeof value === "function" && value.prototype instanceof pulumi.ComponentResource)
  .map(([name]) => name)
  .sort();

let read: PackageSpec | undefined;

/** The library as other languages see it, in the way of `pulumi package get-schema ./components`. Takes a few seconds, once. */
export function librarySchema(): PackageSpec {
  if (read) return read;
  const { name, version, description } = manifest();
  const { components, typeDefinitions, dependencies } = new Analyzer(
    COMPONENTS,
    name,
    {},
    new Set(CLASSES),
  ).analyze();
  read = generateSchema(name, version, description, components, typeDefinitions, dependencies);
  return read;
}

/** What components/package.json says. */
export function manifest(): Record<"name" | "version" | "description" | "license", string> & {
  dependencies: Record<string, string>;
} {
  return JSON.parse(readFileSync(join(COMPONENTS, "package.json"), "utf8")) as ReturnType<typeof manifest>;
}
