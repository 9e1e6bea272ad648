import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DefaultTheme } from "vitepress";

export const DOCS = join(import.meta.dirname, "..");
const INDEX = "README.md";

/** Every page as a path below docs/, without those that show source files. */
export const pages = (): string[] => globSync("**/*.md", { cwd: DOCS, exclude: ["source"] });

/** The site's menu: the headings and lists of docs/README.md. A page that it does not list fails the build. */
export function index(): DefaultTheme.SidebarItem[] {
  const groups = readFileSync(join(DOCS, INDEX), "utf8").split(/^## /m).slice(1).map(group);
  const listed = new Set(groups.flatMap(({ items = [] }) => items.map(({ link }) => link)));
  const missing = pages().filter((page) => page !== INDEX && !listed.has(`/${page}`));
  if (missing.length > 0)
    throw new Error(`docs/${INDEX} does not list ${missing.join(", ")}. Add a line for each.`);
  return groups;
}

function group(text: string): DefaultTheme.SidebarItem {
  const [title = ""] = text.split("\n", 1);
  const items = [...text.matchAll(/^- \[(.+?)\]\((.+?)\)/gm)].map(([, name, path = ""]) => ({
    text: name,
    link: `/${join(dirname(INDEX), path)}`,
  }));
  return { text: title, items };
}
