interface Rule {
  pattern: RegExp;
  exclude: boolean;
}

/** Decides which files of a build context Docker leaves out, by the rules of .dockerignore: the last rule that matches counts. */
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

  /** A path relative to the context, with forward slashes. A rule for a folder counts for everything in it. */
  excludes(path: string): boolean {
    return this.rules.reduce(
      (excluded, { pattern, exclude }) => (pattern.test(path) ? exclude : excluded),
      false,
    );
  }

  /** May something below an excluded folder be in the context after all? */
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
