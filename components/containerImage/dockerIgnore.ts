interface Pattern {
  matches: RegExp;
  exclude: boolean;
}

/** Says whether a path, relative to the build context, is kept from the builder by the text of a `.dockerignore`. */
export function dockerIgnore(text: string): (path: string) => boolean {
  const patterns = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(parse)
    .reverse();
  // The last pattern that matches decides.
  return (path) => patterns.find(({ matches }) => matches.test(path))?.exclude ?? false;
}

function parse(line: string): Pattern {
  const exclude = !line.startsWith("!");
  const glob = line.replace(/^!/, "").replace(/^\.?\/+|\/+$/g, "");
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|\\]/g, (token) => TOKENS[token] ?? `\\${token}`);
  // A folder that matches takes everything in it along.
  return { matches: new RegExp(`^${source}(/.*)?$`), exclude };
}

const TOKENS: Record<string, string> = { "**/": "(.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" };
