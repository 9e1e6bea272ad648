import assert from "node:assert/strict";
import { join, relative } from "node:path";
import ts from "typescript";
import { COMPONENTS } from "../unit/components/schema";

describe("components/ as a Pulumi plugin", () => {
  it("compiles with the settings that Pulumi uses", function () {
    this.timeout(60_000);
    // Pulumi uses the tsconfig.json of the program, not of the plugin. A YAML program has none.
    const program = ts.createProgram([join(COMPONENTS, "index.ts")], {
      target: ts.ScriptTarget.ES2020,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      noEmit: true,
    });
    const problems = program
      .getSourceFiles()
      .filter(({ fileName }) => !relative(COMPONENTS, fileName).startsWith(".."))
      .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]);
    const host = {
      getCanonicalFileName: String,
      getCurrentDirectory: () => COMPONENTS,
      getNewLine: () => "\n",
    };
    assert.equal(ts.formatDiagnostics(problems, host), "");
  });
});
