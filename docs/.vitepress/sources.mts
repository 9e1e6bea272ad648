import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import type { MarkdownRenderer } from "vitepress";
import { DOCS, pages } from "./pages.mjs";

const ROOT = join(DOCS, "..");

/** A file or folder outside docs/ that a page links to, and the page that shows it. */
export interface Source {
  params: { path: string };
  content: string;
}

/** Sends links that leave docs/ to the page that shows the file. On a Git host the same links work as they are. */
export function linkToSources(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("sources", ({ tokens, env }) => {
    const { relativePath } = env as { relativePath: string };
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const source = sourceOf(relativePath, token.attrGet("href") ?? "");
      if (source !== undefined) token.attrSet("href", `/source/${nameOf(source)}.html`);
    }
  });
}

/** Every file and folder that a page links to, with its content. A link to what does not exist fails the build. */
export function sources(): Source[] {
  const linked = new Map(pages().flatMap(linkedFrom));
  return [...linked].map(([path, page]) => {
    if (!existsSync(join(ROOT, path)))
      throw new Error(`docs/${page} links to ${path}, which does not exist.`);
    return { params: { path: nameOf(path) }, content: contentOf(path) };
  });
}

/** VitePress takes a link that ends in .md for one to a page of that name. */
const nameOf = (path: string) => path.replace(/\.md$/, "");

const linkedFrom = (page: string): [source: string, page: string][] =>
  [...readFileSync(join(DOCS, page), "utf8").matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    const source = sourceOf(page, link);
    return source === undefined ? [] : [[source, page]];
  });

/** Path below the repository's root of what a link in a page names, if that is outside docs/. */
function sourceOf(page: string, link: string): string | undefined {
  if (!link.startsWith("../")) return undefined;
  const path = relative(ROOT, join(DOCS, dirname(page), link.replace(/#.*/, "")));
  return path.startsWith("docs/") ? undefined : path;
}

function contentOf(path: string): string {
  const file = join(ROOT, path);
  const [language, text] = statSync(file).isDirectory()
    ? ["", readdirSync(file).sort().join("\n")]
    : [
        extname(path)
          .slice(1)
          .replace(/^[cm](?=[jt]s$)/, ""),
        readFileSync(file, "utf8"),
      ];
  return `# ${path}\n\n\`\`\`\`${language}\n${text}\n\`\`\`\`\n`;
}
