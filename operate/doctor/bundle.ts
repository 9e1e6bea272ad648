import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { apiMessageOf } from "../cluster/objects";
import { UsageError } from "../errors";
import type { Redactor } from "./redact";

/** Something that belongs into the bundle, but could not be read. */
export interface Unread {
  /** File that it would be in. */
  readonly file: string;
  readonly reason: string;
}

/** A folder of files without secrets. */
export class Bundle {
  readonly files: string[] = [];
  readonly unread: Unread[] = [];

  constructor(
    readonly folder: string,
    private readonly redactor: Redactor,
  ) {}

  /** Creates the folder, readable by its owner only: logs contain what tasks print. It must not exist. */
  async create(): Promise<void> {
    await mkdir(dirname(this.folder), { recursive: true });
    await mkdir(this.folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(
        error.code === "EEXIST"
          ? `${this.folder} exists. Name another folder: --output FOLDER`
          : `${this.folder} cannot be created: ${error.message}. Name another folder: --output FOLDER`,
      );
    });
  }

  /** Writes what `read` returns: text as it is, anything else as JSON; nothing if it is undefined. If it fails, the
   * bundle says so. Returns what was read. */
  async add<T>(file: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      const content = await read();
      if (content !== undefined) await this.write(file, content);
      return content;
    } catch (error) {
      this.miss(file, error);
      return undefined;
    }
  }

  /** Notes that a file is missing, and why. */
  miss(file: string, error: unknown): void {
    this.unread.push({ file, reason: this.redactor.text(apiMessageOf(error)) });
  }

  async write(file: string, content: unknown): Promise<void> {
    const text =
      typeof content === "string"
        ? this.redactor.text(content)
        : `${JSON.stringify(this.redactor.json(content), undefined, 2)}\n`;
    await mkdir(dirname(join(this.folder, file)), { recursive: true, mode: 0o700 });
    await writeFile(join(this.folder, file), text, { mode: 0o600 });
    this.files.push(file);
  }
}
