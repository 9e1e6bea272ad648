import type { Registered, Run } from "../../../render/engine";
import { type Program, runStack } from "../../../render/program";
import type { Overrides } from "../../../render/stackConfig";
import { passwordOf, SUFFIX } from "../components/engine";
import { exampleOf } from "../render/examples";

/** Runs the program with a committed stack file, told no more than where it runs. */
export function deploy(stack: string, overrides: Overrides = {}, preview = false): Promise<Run<Program>> {
  return runStack(stack, {
    overrides: { ...exampleOf(stack), ...overrides },
    generated: {
      autoname: (name) => `${name}-${SUFFIX}`,
      password: passwordOf,
      imageRef: (_, image) => `${image.replace(/:[^:/]*$/, "")}@sha256:${"0".repeat(64)}`,
    },
    preview,
  });
}

/** Every resource of a run as a tree, each with all that is said about it besides its inputs. */
export function tree({ resources, providers }: Run<unknown>): string {
  const all = [...providers, ...resources];
  const title = (each: Registered) => `${each.type} ${each.name}`;
  const isRoot = (each: Registered) => !all.some((other) => title(other) === each.parent);
  const branch = (each: Registered, indent: string): string[] => [
    `${indent}${shorten(each.type)} ${each.name}`,
    ...facts(each).map((fact) => `${indent}    ${fact}`),
    ...childrenOf(each).flatMap((child) => branch(child, `${indent}  `)),
  ];
  const childrenOf = (parent: Registered) => inOrder(all.filter((each) => each.parent === title(parent)));
  return `${inOrder(all.filter(isRoot))
    .flatMap((each) => branch(each, ""))
    .join("\n")}\n`;
}

function facts(each: Registered): string[] {
  const fact = (name: string, value: string | string[]) =>
    value.length > 0 ? [`${name} ${[value].flat().join(", ")}`] : [];
  return [
    ...fact("provider", each.provider),
    ...(each.protect ? ["protected"] : []),
    ...(each.retainOnDelete ? ["retained on delete"] : []),
    ...fact("replaced with", each.replaceWith.map(shortTitle)),
    ...fact("ignores", each.ignoreChanges),
    ...fact("checked before an update by", each.beforeUpdate),
    ...fact("timeouts", each.timeouts),
    ...fact("after", each.dependencies.map(shortTitle).sort()),
  ];
}

/** `kubernetes:Secret` instead of `kubernetes:core/v1:Secret`. */
const shorten = (type: string) => type.replace(/:.*:/, ":");
const shortTitle = (title: string) => title.replace(/^\S+/, shorten);
const inOrder = (resources: Registered[]) =>
  resources.toSorted((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
