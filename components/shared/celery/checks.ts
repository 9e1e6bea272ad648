import {
  type Check,
  type Checks,
  type Rule,
  PLACEMENT,
  check,
  checkedByRule,
  quote,
  unchecked,
  wholeNumber,
} from "../checks";
import { DEAD_LETTERS, DELAYED_QUEUES, QUEUE_NAME } from "./contract";
import { pod } from "../../podOptions/validation";
import type { CeleryOptions } from "../../celeryOptions";

export const app: Check<string> = check(
  (name) => /^\w+(\.\w+)*(:\w+(\.\w+)*)?$/.test(name),
  (what, name) =>
    `${what} is ${quote(name)}, which is not what \`celery --app\` takes. Use for example "mail.tasks" or "mail.tasks:app".`,
);

export const queues: Check<string[]> = (what, names) => [
  ...(names.length === 0 ? [`${what} is empty. Use at least one, for example ["tasks"].`] : []),
  ...names
    .filter((name) => !QUEUE_NAME.test(name))
    .map((name) => `${what} has ${quote(name)}. Use up to 200 letters, digits, "_", "." and "-".`),
  ...names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `${what} has ${quote(name)} twice. Remove one.`),
  ...names
    .filter((name) => name === DEAD_LETTERS || name.startsWith(DELAYED_QUEUES))
    .map((name) => `${what} has ${quote(name)}, which is reserved. Choose another name.`),
];

export const command: Check<string[]> = check(
  (words) => words.length > 0,
  (what) => `${what} is empty. Set it to the program to run, or omit it.`,
);

export const runAsUser: Check<number> = wholeNumber({
  why: "the Pod Security level restricted forbids root",
  least: 1,
});

export const CELERY: Checks<CeleryOptions> = {
  ...PLACEMENT,
  env: checkedByRule,
  envFromSecrets: checkedByRule,
  resultBackend: unchecked,
  runAsUser,
  pod,
};

/** Environment variables that neither the component nor the other map sets. `reserved` holds the fix for each
 * variable of the component. */
export const environmentRule = (
  reserved: Record<string, string>,
): Rule<Pick<CeleryOptions, "env" | "envFromSecrets">> => ({
  needs: [],
  problems: ({ env = {}, envFromSecrets = {} }) => {
    const names = [...Object.keys(env), ...Object.keys(envFromSecrets)];
    return [
      ...names
        .filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        .map(
          (name) =>
            `env has ${quote(name)}, which is not a valid name of an environment variable. Use letters, digits and "_".`,
        ),
      ...names
        .filter((name) => name in reserved)
        .map((name) => `env has ${name}, which the component sets. ${reserved[name]}.`),
      ...Object.keys(envFromSecrets)
        .filter((name) => name in env)
        .map((name) => `env and envFromSecrets both have ${name}. Remove one.`),
    ];
  },
});
