import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", ".local/", "node_modules/", "**/.venv/"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
    },
  },
  {
    // The library stands alone: a program that imports it gets nothing of the local target or of our own program.
    files: ["components/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: [
                "**/local/**",
                "**/render/**",
                "**/policy/**",
                "**/drill/**",
                "**/cli/**",
                "**/config",
                "**/targets",
              ],
              message:
                "components/ imports nothing from local/, render/, policy/, drill/, cli/, config.ts or targets.ts.",
            },
          ],
        },
      ],
    },
  },
);
