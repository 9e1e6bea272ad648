import * as pulumi from "@pulumi/pulumi";
import type { Compute, Placement, Toleration, Volume } from "../types";
import { exceeds, parseQuantity } from "./quantity";

/** Problems of one value; `what` is its name in the messages. */
export type Check<Value> = (what: string, value: Value) => string[];

/** One check per argument: an argument without a check does not compile. */
export type Checks<Args> = { readonly [Name in keyof Args]-?: Check<NonNullable<Args[Name]>> };

/** Problems of several arguments together. */
export interface Rule<Args> {
  /** Arguments that must be valid for the rule to make sense. */
  readonly needs: readonly (keyof Args)[];
  readonly problems: (args: Args) => string[];
}

/** All that a component checks about its arguments. */
export interface Validation<Args> {
  readonly checks: Checks<Args>;
  readonly rules: readonly Rule<Args>[];
}

/** All problems of the arguments: first those of each argument, then those of the rules whose arguments are valid. */
export function problemsOf<Args extends object>(
  args: Args,
  { checks, rules }: Validation<Args>,
  prefix = "",
): string[] {
  const found = keysOf(checks).map((name) => ({
    name,
    problems: argumentProblems(args, checks, name, prefix),
  }));
  const invalid = new Set(found.filter(({ problems }) => problems.length > 0).map(({ name }) => name));
  const applicable = rules.filter(({ needs }) => !needs.some((name) => invalid.has(name)));
  return [
    ...found.flatMap(({ problems }) => problems),
    ...applicable.flatMap((rule) => rule.problems(args)).map((problem) => prefix + problem),
  ];
}

function argumentProblems<Args, Name extends keyof Args>(
  args: Args,
  checks: Checks<Args>,
  name: Name,
  prefix: string,
): string[] {
  const value = args[name];
  return value === undefined || value === null ? [] : checks[name](prefix + String(name), value);
}

const keysOf = <T extends object>(object: T) => Object.keys(object) as (keyof T)[];

/** Accepts every value: the type says enough, or only the API that gets the value can tell. */
export const unchecked: Check<unknown> = () => [];

/** Accepts every value here, because a rule checks it together with another argument. */
export const checkedByRule = unchecked;

/** Check with a single message. */
export const check =
  <Value>(
    isValid: (value: Value) => boolean,
    message: (what: string, value: Value) => string,
  ): Check<Value> =>
  (what, value) =>
    isValid(value) ? [] : [message(what, value)];

/** All problems that any of the checks finds. */
export const all =
  <Value>(...checks: Check<Value>[]): Check<Value> =>
  (what, value) =>
    checks.flatMap((each) => each(what, value));

/** Checks a plain value. An Output or a Promise is not known yet. */
export const ifPlain =
  <Value>(plain: Check<Value>): Check<pulumi.Input<Value>> =>
  (what, value) =>
    pulumi.Output.isInstance(value) || value instanceof Promise ? [] : plain(what, value as Value);

/** Checks every item of a list. */
export const each =
  <Item>(item: Check<Item>): Check<readonly Item[]> =>
  (what, items) =>
    items.flatMap((value, index) => item(`${what}[${index}]`, value));

/** Checks an object as a component would check it. */
export const validatedBy =
  <Args extends object>(validation: Validation<Args>): Check<Args> =>
  (what, args) =>
    problemsOf(args, validation, `${what}.`);

/** Checks the fields of an object. */
export const fields = <Args extends object>(checks: Checks<Args>, ...rules: Rule<Args>[]): Check<Args> =>
  validatedBy({ checks, rules });

/** Lower bound, optional upper bound, and the reason for them. */
export interface Range {
  why: string;
  least: number;
  most?: number;
}

export const wholeNumber = ({ why, least, most }: Range): Check<number> =>
  check(
    (value) => Number.isInteger(value) && value >= least && value <= (most ?? Number.MAX_SAFE_INTEGER),
    (what, value) =>
      `${what} is ${value}, but ${why}. Use a whole number ${most === undefined ? `of at least ${least}` : `from ${least} to ${most}`}.`,
  );

export const quantity = (example: string): Check<string> =>
  check(
    (value) => parseQuantity(value) !== undefined,
    (what, value) =>
      `${what} is ${quote(value)}, which is not a Kubernetes quantity. Use for example ${quote(example)}.`,
  );

export const duration: Check<string> = (what, value) => {
  if (value === "" || !/^(\d+h)?(\d+m)?(\d+s)?$/.test(value))
    return [`${what} is ${quote(value)}, which is not a duration. Use for example "10m" or "90s".`];
  if (/[1-9]/.test(value)) return [];
  return [`${what} is ${quote(value)}, which leaves no time. Use for example "10m" or "90s".`];
};

export const oneOf = (allowed: Record<string, string>): Check<string> =>
  check(
    (value) => Object.values(allowed).includes(value),
    (what, value) => `${what} is ${quote(value)}. Use ${Object.values(allowed).map(quote).join(" or ")}.`,
  );

/** Name of a Kubernetes object whose kind allows dots. */
export const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Maximum length of a component's name. Service names are DNS labels of at most 63 characters; our suffixes and
 * Pulumi's need the rest. */
export const MAX_NAME = 40;

export const resourceName = (longest = MAX_NAME): Check<string> =>
  check(
    (name) => name.length <= longest && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name),
    (what, name) =>
      `${what} is ${quote(name)}, but it becomes part of host names. Use lowercase letters, digits and "-", starting with a letter, at most ${longest} characters.`,
  );

export const namespaceName: Check<string> = check(
  (name) => name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name),
  (what, name) =>
    `${what} is ${quote(name)}, which is not a valid namespace name. Use lowercase letters, digits and "-".`,
);

/** The argument `namespace` of a component. */
export const namespace = ifPlain(namespaceName);

/** Name of a StorageClass; empty for the cluster's default class. */
export const className: Check<string> = check(
  (name) => name === "" || OBJECT_NAME.test(name),
  (what, name) =>
    `${what} is ${quote(name)}, which is not a valid name of a StorageClass. Use lowercase letters, digits, "-" and ".", as \`kubectl get storageclass\` shows it.`,
);

/** The volume of a component with a single pod. */
export const volume = fields<Volume>({ size: quantity("1Gi"), className });

export const compute: Check<Compute> = fields<Compute>(
  { cpu: quantity("500m"), cpuLimit: quantity("2"), memory: quantity("1Gi") },
  {
    needs: ["cpu", "cpuLimit"],
    problems: ({ cpu = "", cpuLimit = "" }) =>
      exceeds(cpu, cpuLimit)
        ? [
            `cpu is ${quote(cpu)}, but cpuLimit is ${quote(cpuLimit)}, and no pod can request more than its limit. Lower cpu or raise cpuLimit.`,
          ]
        : [],
  },
);

/** Values of `Toleration.operator`. The last two compare numbers, from Kubernetes 1.35. */
export const TOLERATION_OPERATORS = { Exists: "Exists", Equal: "Equal", Lt: "Lt", Gt: "Gt" } as const;

/** Values of `Toleration.effect`. */
export const TOLERATION_EFFECTS = {
  NoSchedule: "NoSchedule",
  PreferNoSchedule: "PreferNoSchedule",
  NoExecute: "NoExecute",
} as const;

const toleration = fields<Toleration>({
  key: unchecked,
  operator: oneOf(TOLERATION_OPERATORS),
  value: unchecked,
  effect: oneOf(TOLERATION_EFFECTS),
  tolerationSeconds: unchecked,
});

export const PLACEMENT: Checks<Placement> = {
  nodeSelector: unchecked,
  tolerations: each(toleration),
  priorityClassName: unchecked,
};

export const quote = (value: string) => JSON.stringify(value);
