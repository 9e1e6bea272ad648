import type * as pulumi from "@pulumi/pulumi";
import { project } from "../gkeCluster/validation";
import {
  type Check,
  type Validation,
  check,
  each,
  namespace,
  quote,
  resourceName,
  unchecked,
} from "../shared/checks";
import type { GoogleIdentityArgs } from "./args";

/** Outputs are not known yet; Google Cloud checks them. */
const projectNumber: Check<pulumi.Input<string>> = (what, number) =>
  typeof number !== "string" || /^\d+$/.test(number)
    ? []
    : [
        `${what} is ${quote(number)}, which is not the number of a project. Use what \`gcloud projects describe PROJECT --format="value(projectNumber)"\` prints.`,
      ];

/** Owner and editor would give a pod, and whoever takes it over, the project. */
const role: Check<string> = check(
  (name) =>
    /^(roles|projects\/[^/]+\/roles|organizations\/\d+\/roles)\/[\w.]+$/.test(name) &&
    !/^roles\/(owner|editor)$/.test(name),
  (what, name) =>
    /^roles\/(owner|editor)$/.test(name)
      ? `${what} is ${quote(name)}, which gives the pods almost everything in the project. Use the roles that the tasks need.`
      : `${what} is ${quote(name)}, which is not a role. Use for example "roles/cloudtrace.agent".`,
);

export const GOOGLE_IDENTITY: Validation<GoogleIdentityArgs> = {
  checks: {
    project,
    namespace,
    serviceAccountName: resourceName(),
    projectNumber,
    roles: each(role),
    enableApis: unchecked,
  },
  rules: [],
};
