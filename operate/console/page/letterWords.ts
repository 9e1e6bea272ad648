import type { Selection } from "../../deadLetters/selection";
import type { Choice } from "../installations";

/** Why tasks die, and what helps. */
const REASONS: Readonly<Record<string, string>> = {
  rejected:
    "A worker refused it: it does not know the task, does not accept the message, the task raised Reject, or it expired in the worker. Deploy an image that knows the task, then replay it.",
  delivery_limit:
    "It was delivered 20 times and never finished: it killed its worker, or exceeded the pool's time limit. Correct the task or its limits, then replay it.",
  expired: "Its time to run ended in the queue. Purge it, or replay it although it has expired.",
  maxlen: "Its queue was full.",
};

export const reasonText = (reason: string | undefined): string =>
  REASONS[reason ?? ""] ?? "The brokers did not say why it died.";

const OPTIONS: readonly (readonly [keyof Selection, string])[] = [
  ["task", "--task"],
  ["queue", "--queue"],
  ["reason", "--reason"],
  ["olderThan", "--older-than"],
  ["newerThan", "--newer-than"],
];

/** The command that does the same in a terminal. */
export function letterCommand(
  action: "list" | "show" | "replay" | "purge",
  { id, ...selection }: Selection,
  installation: Choice,
): string {
  const options = OPTIONS.flatMap(([key, option]) => {
    const value = selection[key as keyof typeof selection];
    return value === undefined ? [] : [option, typeof value === "number" ? `${value}s` : quoted(value)];
  });
  const isAll = (action === "replay" || action === "purge") && id === undefined && options.length === 0;
  return [
    ...["npx ha-celery dead-letters", action],
    ...(id === undefined ? [] : [quoted(id)]),
    ...options,
    ...(isAll ? ["--all"] : []),
    installationOptions(installation),
  ].join(" ");
}

/** Options of a command that select the installation. */
export const installationOptions = ({ context, namespace, name }: Choice): string =>
  `--context ${quoted(context)} --namespace ${namespace} --name ${name}`;

/** As a shell needs it. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
