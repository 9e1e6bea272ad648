import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../../release/repository";

/** A step of a job: it runs an action or a script. */
export interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

/** A job, or the call of a reusable workflow. */
export interface Job {
  uses?: string;
  steps?: Step[];
  permissions?: Record<string, string>;
  needs?: string | string[];
  environment?: { name: string };
  "timeout-minutes"?: number;
}

/** A GitHub Actions workflow. */
export interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const FOLDERS = [".github/workflows", "examples/ci"];

/** Workflows of this repository and of its examples, by path. */
export const workflowFiles = (): string[] =>
  FOLDERS.flatMap((folder) => readdirSync(join(ROOT, folder)).map((file) => join(folder, file))).filter(
    (file) => /\.ya?ml$/.test(file),
  );

export const textOf = (file: string): string => readFileSync(join(ROOT, file), "utf8");

export const workflowOf = (file: string): Workflow => parse(textOf(file)) as Workflow;

/** All steps of a workflow. */
export const stepsOf = ({ jobs }: Workflow): Step[] => Object.values(jobs).flatMap(({ steps = [] }) => steps);

/** Returns what GitHub's own parser says against a workflow. */
export async function problemsOf(file: string, content: string): Promise<string[]> {
  // An ES module, which mocha's tests are not.
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } =
    await import("@actions/workflow-parser");
  const { context, value } = parseWorkflow({ name: file, content }, new NoOperationTraceWriter());
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(String);
}
