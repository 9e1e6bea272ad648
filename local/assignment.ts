import { UsageError } from "../operate/errors";
import type { StackConfig } from "./stackFile";

const EXAMPLES = `CONFIG="brokerReplicas=5", or CONFIG='clientNamespaces=["shop"]'`;

/** Adds `KEY=VALUE` of the command line to a configuration. A list or an object is JSON, without spaces. */
export function assignment(value: string, before: StackConfig): StackConfig {
  const [, key, setting = ""] = /^(\w+)=(.*)$/s.exec(value) ?? [];
  if (!key)
    throw new UsageError(
      `"${value}" is not a configuration setting: write KEY=VALUE, for example ${EXAMPLES}.`,
    );
  return { ...before, [key]: /^[[{]/.test(setting) ? parseJson(key, setting) : setting };
}

function parseJson(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `The value of ${key}, ${text}, is not JSON: ${(error as Error).message}. Write, for example, ${EXAMPLES}.`,
    );
  }
}
