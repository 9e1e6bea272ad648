/** Layers of the repository and the ban on import circles; `npm run lint` runs it. docs/explanation/architecture.md explains the layers. */

const BASE_IMAGES = "docker/base-images\\.json";

const LAYERS = {
  // A program that imports the library gets nothing of the local target or of the program.
  components: ["components"],
  program: ["components", "program"],
  "index\\.ts": ["components", "program", BASE_IMAGES],
  operate: ["components", "operate"],
  local: ["components", "operate", "local", "index\\.ts", BASE_IMAGES],
  policy: ["policy"],
  render: ["components", "program", "operate", "render", "index\\.ts"],
  reference: ["components", "operate", "program", "reference"],
  release: ["operate", "release"],
  bench: ["components", "operate", "local", "bench"],
};

const layer = (name, allowed) => ({
  name: `layer-${name.replace("\\", "")}`,
  comment: `${name.replace("\\", "")} imports only from: ${allowed.join(", ").replace("\\", "")}.`,
  severity: "error",
  from: { path: `^${name}(/|$)` },
  to: {
    path: "^[^/]+(/|\\.ts$)",
    pathNot: [...allowed.map((each) => `^${each}(/|$)`), "^node_modules/"],
    dependencyTypesNot: ["core", "npm", "npm-dev", "npm-peer", "npm-optional"],
  },
});

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circle",
      comment: "No import circle, type imports included. Move what both need into a file of its own.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    ...Object.entries(LAYERS).map(([name, allowed]) => layer(name, allowed)),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/\\.(venv|suite)/" },
  },
};
