import { randomInt } from "node:crypto";
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import type { PasswordInputs } from "./mockOutputs";
import { RenderError } from "./errors";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEADER =
  "# Generated passwords, by stack. Keep this file: who loses it locks the workers out of the broker.\n";

type Stored = Record<string, Record<string, string>>;

/** Passwords that are generated once and kept in a file, so that rendering twice gives the same. */
export class PasswordFile {
  private readonly stored: Stored;
  private added = 0;

  constructor(
    private readonly file: string,
    private readonly stack: string,
  ) {
    this.stored = existsSync(file) ? read(file) : {};
  }

  /** The password of a name and its keepers, which is made up when the file has none. */
  of(name: string, { length, keepers = {} }: PasswordInputs): string {
    const key = [name, ...Object.entries(keepers).map((each) => each.join(" "))].join(", ");
    const ofStack = (this.stored[this.stack] ??= {});
    if (ofStack[key] === undefined) {
      ofStack[key] = Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");
      this.added += 1;
    }
    return ofStack[key];
  }

  /** Writes what is new, for the owner's eyes only, and returns how much that was. */
  save(): number {
    if (this.added === 0) return 0;
    const draft = `${this.file}.${process.pid}`;
    writeFileSync(draft, HEADER + stringify(this.stored), { mode: 0o600 });
    renameSync(draft, this.file);
    return this.added;
  }
}

function read(file: string): Stored {
  const wrong = (why: string, fix: string) => new RenderError(`--passwords is "${file}", ${why}. ${fix}.`);
  if ((statSync(file).mode & 0o077) !== 0) {
    throw wrong("which others than its owner may read or write", `Run: chmod 600 ${file}`);
  }
  let stored: unknown;
  try {
    stored = parse(readFileSync(file, "utf8"));
  } catch {
    throw wrong("which is not YAML", "Give another file, or one that does not exist yet");
  }
  if (stored !== null && !isStored(stored)) {
    throw wrong(
      "which does not hold passwords by stack and name",
      "Give another file, or one that does not exist yet",
    );
  }
  return stored ?? {};
}

function isStored(value: unknown): value is Stored {
  return (
    isMapping(value) &&
    Object.values(value).every((each) => isMapping(each) && Object.values(each).every(isText))
  );
}

const isText = (value: unknown) => typeof value === "string";
const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
