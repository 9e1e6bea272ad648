interface Pattern {
  matches: RegExp;
  exclude: boolean;
}

/** Returns a function that tells whether a `.dockerignore` excludes a path, relative to the build context. */
export function dockerIgnore(text: string): (path: string) => boolean {
  const patterns = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(parse)
    .reverse();
  // The last matching pattern wins.
  return (path) => patterns.find(({ matches }) => matches.test(path))?.exclude ?? false;
}

function parse(line: string): Pattern {
  const exclude = !line.startsWith("!");
  const glob = line.replace(/^!/, "").replace(/^\.?\/+|\/+$/g, "");
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|\\]/g, (token) => TOKENS[token] ?? `\\${token}`);
  // A matching folder includes everything in it.
  return { matches: new RegExp(`^${source}(/.*)?$`), exclude };
}

const TOKENS: Record<string, string> = { "**/": "(.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" };
