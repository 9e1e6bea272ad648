import assert from "node:assert/strict";
import { parse } from "yaml";
import { KEYS, refusal } from "../settings";

type Values = Record<string, unknown>;
type Place = Record<string, unknown>;

/** What stands for something that only the user knows, and that is checked. */
const UNKNOWN = /gcp:project PROJECT$/;

/** Does what the errors tell to do, one after the other, and expects that nothing is refused then. */
export function assertFixable(values: Values): void {
  const message = refusal(values);
  let mended: Values = { ...defaults(), ...values };
  for (const line of message.split("\n").slice(1)) {
    const [, command] = / Fix: (pulumi config .*?)(?:, or pulumi .*)?$/.exec(line) ?? [];
    assert.ok(command, `no command in: ${line}`);
    mended = UNKNOWN.test(command) ? { ...mended, "gcp:project": "some-project" } : obey(command, mended);
  }
  const rest = refusal(mended);
  assert.equal(rest, "nothing is refused", `${message}\n\nand after that: ${rest}`);
}

const defaults = (): Values =>
  structuredClone(Object.fromEntries(Object.entries(KEYS).map(([key, field]) => [key, field.default])));

/** The Pulumi CLI's `config set` and `config rm`, as far as the fixes use them. */
function obey(command: string, values: Values): Values {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  const [verb] = words.splice(0, 3).slice(2);
  const option = (name: string) =>
    words.includes(name) ? words.splice(words.indexOf(name), 2)[1] : undefined;
  option("--stack");
  const isText = option("--type") === "string";
  const isPath = words[0] === "--path";
  const [where = "", value] = isPath ? words.slice(1) : words;
  const path = isPath ? partsOf(where) : [where];
  const result = structuredClone(values);
  // A list or map begins anew where something else is.
  const [key = ""] = path;
  if (path.length > 1 && typeof result[key] === "string") Reflect.deleteProperty(result, key);
  const last = path.pop() ?? "";
  const parent = path.reduce<Place>(
    (place, part, index) => (place[part] ??= isNumber(path[index + 1] ?? last) ? [] : {}) as Place,
    result,
  );
  if (verb === "set") parent[last] = isPath && !isText ? parse(value ?? "") : value;
  else if (path.length === 0) parent[last] = defaults()[last];
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
  return result;
}

const isNumber = (part: string) => /^\d+$/.test(part);
const partsOf = (path: string) =>
  [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, key, index, name]) => key ?? index ?? name ?? "",
  );
