import type { V1Secret } from "@kubernetes/client-node";
import { SECRET_NAME } from "./redact";

/** Keys whose values are no secrets: certificates, names that occur everywhere, and settings of publishers. */
const PUBLIC_KEYS: readonly RegExp[] = [
  /^(ca\.crt|tls\.crt|tls)$/,
  /(user|username|host|port|vhost|database|db|name|engine|scheme)$/i,
  /^HA_CELERY_(?!.*(URL|TOKEN|BACKEND)$)/,
];
/** A shorter value would also be found in other words. Such a value is left out where its name or a URL shows it. */
const SHORTEST = 6;
/** A line of a text that is long enough to be more than an ordinary word. */
const SHORTEST_LINE = 16;
const HELM_RELEASE = "helm.sh/release.v1";

/** Returns every text that must not leave the cluster: values of Secrets, and the secrets within them. */
export function secretValues(secrets: readonly V1Secret[]): string[] {
  const values = secrets
    .filter(({ type }) => type !== HELM_RELEASE)
    .flatMap(({ data }) => Object.entries(data ?? {}))
    .filter(([key]) => !PUBLIC_KEYS.some((form) => form.test(key)))
    .flatMap(([, value]) => partsOf(Buffer.from(value, "base64").toString()));
  return [...new Set(values)].filter(({ length }) => length >= SHORTEST);
}

function partsOf(value: string): string[] {
  const text = value.trim();
  return [text, ...passwordOf(text), ...(leavesOf(text) ?? linesOf(text))];
}

/** The password of a URL, as it is written and as it is meant. */
function passwordOf(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { password } = new URL(text);
  return [password, decodeURIComponent(password)];
}

/** The values of a JSON object whose names say that they are secret. Undefined if the text is no JSON object. */
function leavesOf(text: string): string[] | undefined {
  if (!/^[{[]/.test(text)) return undefined;
  try {
    const found: string[] = [];
    JSON.parse(text, (key, value: unknown) => {
      if (typeof value === "string" && (SECRET_NAME.test(key) || key === "auth")) found.push(value);
      return value;
    });
    return found;
  } catch {
    return undefined;
  }
}

/** The lines of a key, or the values of lines such as `PASSWORD=value`. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines.length < 2) return [];
  return lines
    .filter((line) => line.length >= SHORTEST_LINE && !line.startsWith("-----"))
    .flatMap((line) => [line, /^[\w.-]+\s*[:=]\s*(.{6,})$/.exec(line)?.[1] ?? line]);
}
