export { UserError } from "../../operate/errors";
export type { Report } from "../report";
export { type Binaries, ensureBinaries } from "./binaries";
export { ensureDocker, startDocker, stopDockerIfOurs } from "./docker";
export { preflight } from "./preflight";
export { ensurePulumi, type PulumiTools } from "./pulumi";
