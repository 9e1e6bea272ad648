/** Stands in the bundle where a secret was. */
export const LEFT_OUT = "<left out>";

/** End of a name whose value is secret. */
export const SECRET_NAME =
  /(pass(word|wd|phrase)?|password_hash|secret|token|cookie|api[_-]?key|private[_-]?key(_id)?|credentials?)$/i;

/** Variables of pods whose values a bug report needs. Those of the user's app are left out. */
const KNOWN_VARIABLE = /^(HA_CELERY|CELERY_LOADER|RABBITMQ|POD|ERL|PYTHONPATH|SCHEDULE)/;

const NAME =
  "(?:password|passwd|passphrase|pwd|secret|token|cookie(?: hash)?|api[_-]?key|access[_-]?key|private[_-]?key)";

/** What is secret wherever it stands, by its form. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, LEFT_OUT],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/@:"'<>]*:)[^\s@"'<>]+@/gi, `$1${LEFT_OUT}@`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, LEFT_OUT],
  [/(authorization["']?\s*[:=]\s*["']?(?:basic|bearer)?\s*)(?!<left)[^\s"',]+/gi, `$1${LEFT_OUT}`],
  [new RegExp(`(${NAME}[\\w.-]*\\s*,\\s*)<<"[^"]*">>`, "gi"), `$1${LEFT_OUT}`],
  [
    new RegExp(`(${NAME}[\\w.-]*["']?\\s*[:=]\\s*)(?!<left)("[^"]*"|'[^']*'|[^\\s"',;}&]+)`, "gi"),
    `$1${LEFT_OUT}`,
  ],
];

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Removes secrets from what goes into the bundle: those that are known, and what looks like one. */
export class Redactor {
  private readonly known: readonly string[];

  constructor(secrets: readonly string[]) {
    const forms = secrets.flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString("base64"),
    ]);
    // The longest first: a URL before the password in it.
    this.known = [...new Set(forms)].sort((one, other) => other.length - one.length);
  }

  text(text: string): string {
    const withoutKnown = this.known.reduce((rest, secret) => rest.replaceAll(secret, LEFT_OUT), text);
    return FORMS.reduce((rest, [form, replacement]) => rest.replace(form, replacement), withoutKnown);
  }

  /** The same for each text in a value. What a name calls secret is left out, whatever it is. */
  json(value: unknown): unknown {
    return this.walk(JSON.parse(JSON.stringify(value ?? null)) as Json);
  }

  private walk(value: Json): Json {
    if (typeof value === "string") return this.text(value);
    if (value === null || typeof value !== "object") return value;
    if (isList(value)) return value.map((each) => this.walk(each));
    const isVariable = typeof value.name === "string" && typeof value.value === "string";
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !DROPPED.includes(name))
        .map(([name, each]) => {
          const isSecret = SECRET_NAME.test(name) || (isVariable && name === "value" && isPrivate(value));
          return [name, isSecret && typeof each === "string" && each !== "" ? LEFT_OUT : this.walk(each)];
        }),
    );
  }
}

/** They repeat the object, in forms of their own. */
const DROPPED = ["managedFields", "kubectl.kubernetes.io/last-applied-configuration"];

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** An entry of `env`, or another pair of a name and a value. */
const isPrivate = ({ name }: { readonly [name: string]: Json }): boolean =>
  !KNOWN_VARIABLE.test(String(name)) || SECRET_NAME.test(String(name));
