import { queues } from "../shared/celery/checks";
import { PUBLISH_BUDGET_SECONDS } from "../shared/celery/contract";
import {
  type Check,
  type Validation,
  check,
  each,
  namespace,
  namespaceName,
  quote,
  unchecked,
} from "../shared/checks";
import type { CeleryClientArgs, ClientOptions } from "./args";

const { least, most } = PUBLISH_BUDGET_SECONDS;

const secretName: Check<string> = check(
  (name) => name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name),
  (what, name) =>
    `${what} is ${quote(name)}, which is not a valid name of a Secret. Use at most 63 lowercase letters, digits and "-".`,
);

export const CLIENT: Validation<ClientOptions> = {
  checks: {
    secretName,
    publishBudgetSeconds: check(
      (seconds) => seconds >= least && seconds <= most,
      (what, seconds) =>
        `${what} is ${seconds}, but a publishing call needs time to reach the broker, and must end. Use ${least} to ${most} seconds.`,
    ),
  },
  rules: [],
};

/** The problem of a copy in the broker's namespace: it would have the name of the Secret there. */
export const ownNamespace = (name: string) =>
  `namespaces has ${quote(name)}, which is the broker's own namespace. Remove it.`;

export const CELERY_CLIENT: Validation<CeleryClientArgs> = {
  checks: {
    ...CLIENT.checks,
    namespace,
    broker: unchecked,
    amqpUrl: unchecked,
    namespaces: each(namespaceName),
    queues,
    observable: unchecked,
    resultBackend: unchecked,
  },
  rules: [
    ...CLIENT.rules,
    {
      needs: ["namespaces"],
      problems: ({ namespace, namespaces = [] }) => [
        ...namespaces.filter((name) => name === namespace).map(ownNamespace),
        ...namespaces
          .filter((name, index) => namespaces.indexOf(name) !== index)
          .map((name) => `namespaces has ${quote(name)} twice. Remove one.`),
      ],
    },
  ],
};
