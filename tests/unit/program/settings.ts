import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { type Parsed, parseSettings } from "../../../program/settings/load";

/** A key as Pulumi.yaml declares it. */
export interface Key {
  type: string;
  description: string;
  default: unknown;
}

/** Every key of the program. */
export const KEYS = (parse(readFileSync("Pulumi.yaml", "utf8")) as { config: Record<string, Key> }).config;

/** A cluster of yours. */
export const EXISTING = { kubeContext: "here", imageRepository: "registry.example.com/team" };
/** A cluster on Google Cloud, in three zones. */
export const GKE = { target: "gke", "gcp:project": "some-project", location: "us-east1", dnsEndpoint: true };

/** What the engine hands to the program: the project's defaults and `values` on top, as text. */
export function parsed(values: Record<string, unknown>, stack = "dev", encrypted: string[] = []): Parsed {
  const defaults = Object.entries(KEYS).map(([key, field]) => [key, field.default]);
  const all = Object.entries({ ...Object.fromEntries(defaults), ...values } as Record<string, unknown>);
  const config = all.map(([key, value]) => [
    key.includes(":") ? key : `ha-celery:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return parseSettings({
    config: Object.fromEntries(config) as Record<string, string>,
    project: "ha-celery",
    stack,
    encrypted,
  });
}

/** The message of the error that a configuration ends in. */
export function refusal(values: Record<string, unknown>, stack = "dev", encrypted: string[] = []): string {
  try {
    parsed(values, stack, encrypted);
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing is refused";
}
