import type * as pulumi from "@pulumi/pulumi";
import { quote, wholeNumberProblems } from "../validation";
import { DEAD_LETTERS } from "../names";
import type { SecretKey } from "../../types";

export function appProblems(app: string): string[] {
  if (/^\w+(\.\w+)*(:\w+(\.\w+)*)?$/.test(app)) return [];
  return [
    `app is ${quote(app)}, which is not what \`celery --app\` takes. Use for example "mail.tasks" or "mail.tasks:app".`,
  ];
}

export function queueProblems(what: string, queues: string[] | undefined): string[] {
  if (queues === undefined) return [];
  return [
    ...(queues.length === 0 ? [`${what} is empty. Use at least one, for example ["tasks"].`] : []),
    ...queues
      .filter((queue) => !/^[\w.-]{1,200}$/.test(queue))
      .map((queue) => `${what} has ${quote(queue)}. Use up to 200 letters, digits, "_", "." and "-".`),
    ...queues
      .filter((queue, index) => queues.indexOf(queue) !== index)
      .map((queue) => `${what} has ${quote(queue)} twice. Remove one.`),
    ...queues
      .filter((queue) => queue === DEAD_LETTERS || queue.startsWith("celery_delayed_"))
      .map((queue) => `${what} has ${quote(queue)}, which is in use for other things. Choose another name.`),
  ];
}

export function environmentProblems(
  reserved: Record<string, string>,
  env: Record<string, pulumi.Input<string>> = {},
  secrets: Record<string, SecretKey> = {},
): string[] {
  const names = [...Object.keys(env), ...Object.keys(secrets)];
  return [
    ...names
      .filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      .map(
        (name) =>
          `env has ${quote(name)}, which no environment variable can be called. Use letters, digits and "_".`,
      ),
    ...names
      .filter((name) => name in reserved)
      .map((name) => `env has ${name}, which the component sets. Use ${reserved[name]}.`),
    ...Object.keys(secrets)
      .filter((name) => name in env)
      .map((name) => `env and envFromSecrets both have ${name} and cannot both set it. Remove one.`),
  ];
}

export function commandProblems(command: string[] | undefined): string[] {
  return command?.length === 0 ? ["command is empty. Give the program to run, or leave command out."] : [];
}

export function userProblems(user: number | undefined): string[] {
  return wholeNumberProblems("runAsUser", user, {
    why: "root is refused by the Pod Security level restricted",
    least: 1,
  });
}
