import type { Unread } from "./bundle";

/** What the bundle says about itself. */
export interface ReadmeFacts {
  /** Namespace and name of the installation. */
  readonly name: string;
  readonly secretsKnown: boolean;
  readonly unread: readonly Unread[];
}

/** Content of README.md in a bundle. */
export function readme({ name, secretsKnown, unread }: ReadmeFacts): string {
  return `# Bundle of ${name}

Written by \`ha-celery doctor\` at ${new Date().toISOString()}.

| file | content |
| --- | --- |
| status.json | \`ha-celery status --json\`: what is wrong, each with its fix |
| versions.json | versions of ha-celery, Kubernetes, and the workers' Python packages |
| objects/ | Kubernetes objects and events. Secrets without their values |
| logs/ | the end of each container's log; \`.previous\` is that of the container before it |
| rabbitmq/ | what the brokers report, and their definitions |

## Left out

Values of Secrets in every form that is known, password hashes, passwords in URLs, what follows words such as
password or token, private keys, and values of environment variables that are not of ha-celery.
${secretsKnown ? "" : "\n**The Secrets could not be read, so their values were not searched for.**\n"}
Logs and events contain what your tasks and services write. Read the files before you send them.

## Missing

${
  unread.length === 0
    ? "Nothing. Everything could be read."
    : unread.map(({ file, reason }) => `- ${file}: ${reason.replaceAll("\n", " ")}`).join("\n")
}
`;
}
