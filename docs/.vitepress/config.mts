import { defineConfig } from "vitepress";
import { index } from "./pages.mjs";
import { linkToSources } from "./sources.mjs";

/** The documentation site: the pages of docs/ as they are. `npm run docs:site` builds it, dead links fail. */
export default defineConfig({
  title: "ha-celery",
  description: "Highly available Celery on RabbitMQ on Kubernetes",
  outDir: "../.local/docs",
  cacheDir: "../.local/docs-cache",
  rewrites: { "README.md": "index.md", "decisions/README.md": "decisions/index.md" },
  markdown: { config: linkToSources },
  // The generated page repeats its third-level headings for every component.
  transformPageData: ({ relativePath, frontmatter }) => {
    if (relativePath === "reference/components.md") frontmatter.outline = 2;
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    sidebar: index(),
    docFooter: { prev: false, next: false },
  },
});
