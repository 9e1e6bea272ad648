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
import { DEAD_LETTERS, DELAYED_QUEUES, LOADER, QUEUE_NAME } from "./contract";
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
  inject: unchecked,
  pod,
};

type Environment = Pick<CeleryOptions, "env" | "envFromSecrets" | "inject">;

/** Problems of a loader that `inject` cannot load the package with. */
export function loaderProblems({ env, envFromSecrets, inject }: Environment): string[] {
  const loader = env?.CELERY_LOADER;
  const isOther = envFromSecrets?.CELERY_LOADER !== undefined || (loader !== undefined && loader !== LOADER);
  return inject && isOther
    ? [
        `env has CELERY_LOADER, which inject sets to ${LOADER}. Remove it, or omit inject and call ha_celery.configure(app).`,
      ]
    : [];
}

/** Environment variables that neither the component nor the other map sets. `reserved` holds the fix for each
 * variable of the component. */
export const environmentRule = (reserved: Record<string, string>): Rule<Environment> => ({
  needs: [],
  problems: (options) => {
    const { env = {}, envFromSecrets = {} } = options;
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
      ...loaderProblems(options),
    ];
  },
});
