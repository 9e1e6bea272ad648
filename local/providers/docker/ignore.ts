interface Rule {
  pattern: RegExp;
  exclude: boolean;
}

/** Rules of a .dockerignore file. The last rule that matches a path decides. */
export class IgnoreRules {
  private readonly rules: Rule[];

  constructor(text: string) {
    this.rules = text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => {
        const exclude = !line.startsWith("!");
        const glob = (exclude ? line : line.slice(1))
          .trim()
          .replace(/^\.?\/+/, "")
          .replace(/\/+$/, "");
        return { exclude, pattern: toRegExp(glob) };
      })
      .filter(({ pattern }) => pattern.source !== "^(?:\\/.*)?$");
  }

  /**
   * Whether a path, relative to the context and with forward slashes, is excluded. A rule for a folder applies to
   * its contents.
   */
  excludes(path: string): boolean {
    return this.rules.reduce(
      (excluded, { pattern, exclude }) => (pattern.test(path) ? exclude : excluded),
      false,
    );
  }

  /** Whether files in an excluded folder may be included again. */
  get hasExceptions(): boolean {
    return this.rules.some(({ exclude }) => !exclude);
  }
}

function toRegExp(glob: string): RegExp {
  const body = glob.replace(/\*\*\/?|\*|\?|\[[^\]]*\]|[\\^$.+(){}|[\]]/g, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token.length > 1 && token.startsWith("[")) return token;
    return `\\${token}`;
  });
  return new RegExp(`^${body}(?:/.*)?$`);
}
