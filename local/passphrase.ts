import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../operate/errors";
import { stateDir } from "./paths";

/** The state's passphrase as environment: the user's own, else one made at the first `make up` and kept beside the state. */
export function passphraseEnvironment(cluster: string): Record<string, string> {
  const { PULUMI_CONFIG_PASSPHRASE: own, PULUMI_CONFIG_PASSPHRASE_FILE: ownFile } = process.env;
  if (own !== undefined) return { PULUMI_CONFIG_PASSPHRASE: own };
  if (ownFile) return { PULUMI_CONFIG_PASSPHRASE_FILE: ownFile };

  const file = join(stateDir(cluster), "passphrase");
  if (!existsSync(file)) {
    if (existsSync(join(stateDir(cluster), "pulumi", ".pulumi", "stacks"))) {
      throw new UserError(
        `The passphrase of the Pulumi state in ${stateDir(cluster)} is missing: ${file} is gone and PULUMI_CONFIG_PASSPHRASE is not set. ` +
          `Set PULUMI_CONFIG_PASSPHRASE or put the file back; or give the cluster up with \`make down\` and start anew.`,
      );
    }
    mkdirSync(stateDir(cluster), { recursive: true });
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  return { PULUMI_CONFIG_PASSPHRASE: readFileSync(file, "utf8").trim() };
}
