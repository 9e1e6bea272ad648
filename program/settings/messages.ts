import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import { type FixHint, partOf } from "./fields";
import { schema, type Settings } from "./schema";

/** Configuration of a stack: keys with their namespace, such as `ha-celery:vhost`, and their values as text. */
export interface Source {
  readonly config: Record<string, string>;
  readonly project: string;
  readonly stack: string;
  /** Keys whose values are encrypted. */
  readonly encrypted?: readonly string[];
}

/** Messages about the keys of a stack, each with the command that fixes the problem. */
export class Messages {
  constructor(private readonly source: Source) {}

  /** Problem of a key, or of a part of a list or map, whose value conflicts with others. */
  problem(where: string | string[], reason: string, fix: string): string {
    const path = [where].flat();
    const value = this.valueAt(path) ?? "";
    const what = value === "" ? "is not set" : `is ${this.shown(path, value)}`;
    return `${this.nameOf(pathOf(path))} ${what}: ${reason}. Fix: ${fix}`;
  }

  /** Problem of a value, in the component's words. */
  sentence(where: string | string[], sentence: string, fix: string): string {
    return `${this.nameOf(pathOf([where].flat()))}: ${sentence} Fix: ${fix}`;
  }

  /** Problem of two keys of which only one is set. */
  bothOrNeither(
    settings: Partial<Settings>,
    one: keyof Settings,
    other: keyof Settings,
    what: string,
  ): string[] {
    if (Boolean(settings[one]) === Boolean(settings[other])) return [];
    const [set, missing] = settings[one] ? [one, other] : [other, one];
    const fix = `${this.set(missing, "NAME")}, or ${this.remove(set)}`;
    return [this.problem(missing, `${set} is, and ${what} needs both`, fix)];
  }

  /** Problem of a value with the wrong type. */
  issue(issue: z.core.$ZodIssue): string[] {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") return issue.keys.map((name) => this.unknownField(path, name));
    const fix = this.fixFor(path);
    if (issue.code === "custom" && issue.params?.isSentence) {
      // The name of the entry may be wrong, which no value can fix.
      return [this.sentence(path, issue.message, issue.params.isEntry ? this.remove(pathOf(path)) : fix)];
    }
    const value = this.valueAt(path);
    const what = value === undefined ? "is not set" : `is ${this.shown(path, value)}: ${issue.message}`;
    return [`${this.nameOf(pathOf(path))} ${what}. Fix: ${fix}`];
  }

  /** Problem of an encrypted value. */
  encrypted(key: string): string {
    return `${this.nameOf(key)} is encrypted, but the state, the plan and the pods would have it in plain text. Fix: ${this.remove(key)}, set it without --secret, and put passwords into a Kubernetes Secret that envFromSecrets names`;
  }

  /** Problem of an unknown key. */
  unknown(key: string): string {
    const meant = nearest(key, Object.keys(schema.shape));
    return `${this.nameOf(key)} is not a setting of this program and has no effect${meant}. Fix: ${this.remove(key)}`;
  }

  /** The command that sets a key. */
  set(key: string, value: string | number | boolean): string {
    return `pulumi config set --stack ${this.source.stack} ${key} ${quote(String(value))}`;
  }

  /** The command that sets a part of a list or map. */
  setPart(path: string, value: string, isText = false): string {
    const type = isText ? "--type string " : "";
    return `pulumi config set --stack ${this.source.stack} ${type}--path ${quote(path)} ${quote(value)}`;
  }

  /** The command that removes a key, or a part of a list or map. */
  remove(path: string): string {
    const isPart = /[.[]/.test(path);
    return `pulumi config rm --stack ${this.source.stack} ${isPart ? "--path " : ""}${quote(path)}`;
  }

  private unknownField(path: string[], name: string): string {
    const part = partOf(schema, path) as { shape?: object } | undefined;
    const where = pathOf([...path, name]);
    return `${this.nameOf(where)} is not a known field${nearest(name, Object.keys(part?.shape ?? {}))}. Fix: ${this.remove(where)}`;
  }

  private fixFor(path: string[]): string {
    const hint = partOf(schema, path)?.meta() as FixHint | undefined;
    if (!hint) return this.remove(pathOf(path));
    const { fix, at = "", isText = false } = hint;
    if (isText && !this.isEncrypted(path))
      return this.setPart(pathOf(path), String(this.valueAt(path) ?? fix), true);
    return path.length === 1 && at === ""
      ? this.set(pathOf(path), fix)
      : this.setPart(pathOf(path) + at, fix);
  }

  /** Whether the value at this path is part of an encrypted one. */
  isEncrypted([key = ""]: string[]): boolean {
    return this.source.encrypted?.includes(this.nameOf(key)) ?? false;
  }

  private shown(path: string[], value: unknown): string {
    return this.isEncrypted(path) ? "[secret]" : shorten(value);
  }

  private valueAt([key = "", ...path]: string[]): unknown {
    const text = this.raw(key);
    if (text === undefined || path.length === 0) return text;
    return path.reduce<unknown>(
      (value, name) => (value as Record<string, unknown> | undefined)?.[name],
      JSON.parse(text),
    );
  }

  private raw(key: string): string | undefined {
    return this.source.config[this.nameOf(key)];
  }

  private nameOf(path: string): string {
    return path.includes(":") ? path : `${this.source.project}:${path}`;
  }
}

/** Path of a part of a list or map, in the syntax of `pulumi config set --path`. */
export const pathOf = ([key = "", ...path]: string[]) =>
  key +
  path
    .map((name) => (/^\d+$/.test(name) ? `[${name}]` : /^\w+$/.test(name) ? `.${name}` : `["${name}"]`))
    .join("");

function nearest(word: string, words: string[]): string {
  const best = words.length === 0 ? word : closest(word, words);
  return distance(word, best) <= Math.max(2, word.length / 3) ? ` (did you mean ${best}?)` : "";
}

function shorten(value: unknown): string {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (text.length > 60) return `${text.slice(0, 57)}...`;
  return typeof value === "string" && !/^(\d+|true|false)$/.test(text) ? `"${text}"` : text;
}

const quote = (value: string) => (/^[\w:./~-]+$/.test(value) ? value : `'${value}'`);
