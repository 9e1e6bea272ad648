import { randomInt } from "node:crypto";
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import type { PasswordInputs } from "./mockOutputs";
import { RenderError } from "./errors";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEADER =
  "# Generated passwords, by stack. Keep this file: without it, workers can no longer connect to the broker.\n";

type Stored = Record<string, Record<string, string>>;

/** Passwords that are generated once and stored in a file, so that rendering is repeatable. */
export class PasswordFile {
  private readonly stored: Stored;
  private added = 0;

  constructor(
    private readonly file: string,
    private readonly stack: string,
  ) {
    this.stored = existsSync(file) ? read(file) : {};
  }

  /** Returns the password of a name and its keepers. Generates it if the file has none. */
  of(name: string, { length, keepers = {} }: PasswordInputs): string {
    const key = [name, ...Object.entries(keepers).map((each) => each.join(" "))].join(", ");
    const ofStack = (this.stored[this.stack] ??= {});
    if (ofStack[key] === undefined) {
      ofStack[key] = Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");
      this.added += 1;
    }
    return ofStack[key];
  }

  /** Writes new passwords, readable by the owner only, and returns their number. */
  save(): number {
    if (this.added === 0) return 0;
    const draft = `${this.file}.${process.pid}`;
    writeFileSync(draft, HEADER + stringify(this.stored), { mode: 0o600 });
    renameSync(draft, this.file);
    return this.added;
  }
}

function read(file: string): Stored {
  const invalid = (why: string, fix: string) => new RenderError(`--passwords is "${file}", ${why}. ${fix}.`);
  if ((statSync(file).mode & 0o077) !== 0) {
    throw invalid("which users other than its owner can read or write", `Run: chmod 600 ${file}`);
  }
  let stored: unknown;
  try {
    stored = parse(readFileSync(file, "utf8"));
  } catch {
    throw invalid("which is not YAML", "Use another file, or one that does not exist yet");
  }
  if (stored !== null && !isStored(stored)) {
    throw invalid(
      "which does not contain passwords by stack and name",
      "Use another file, or one that does not exist yet",
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
