import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "operate/console/site/",
      "docker/drills/program/",
      ".local/",
      "node_modules/",
      "**/.venv/",
      "**/.suite/",
    ],
  },
  {
    files: ["**/*.ts", "**/*.mts", "**/*.tsx"],
    extends: [tseslint.configs.strict],
    languageOptions: {
      parserOptions: {
        // Two programs: the project service loads one for each tsconfig.json of the examples, and each loads the
        // types of all providers (5.2 GB of memory and 76 s instead of 2.8 GB and 47 s; Node's limit is 4.3 GB).
        project: ["tsconfig.json", "operate/console/page/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
      "no-duplicate-imports": "error",
    },
  },
  {
    // Both libraries write escape codes to pipes: operate/colors.ts and operate/table.ts decide on colors for all output.
    files: ["**/*.ts"],
    ignores: ["operate/colors.ts", "operate/table.ts"],
    rules: { "no-restricted-imports": ["error", "picocolors", "cli-table3"] },
  },
);
