import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../operate/errors";
import { stateDir } from "./paths";

/**
 * Environment variables with the passphrase of the Pulumi state: the user's own passphrase, or one that the first
 * `make up` generates and stores beside the state.
 */
export function passphraseEnvironment(cluster: string): Record<string, string> {
  const { PULUMI_CONFIG_PASSPHRASE: own, PULUMI_CONFIG_PASSPHRASE_FILE: ownFile } = process.env;
  if (own !== undefined) return { PULUMI_CONFIG_PASSPHRASE: own };
  if (ownFile) return { PULUMI_CONFIG_PASSPHRASE_FILE: ownFile };

  const file = join(stateDir(cluster), "passphrase");
  if (!existsSync(file)) {
    if (existsSync(join(stateDir(cluster), "pulumi", ".pulumi", "stacks"))) {
      throw new UserError(
        `The passphrase of the Pulumi state in ${stateDir(cluster)} is missing: ${file} does not exist and PULUMI_CONFIG_PASSPHRASE is not set. ` +
          `Set PULUMI_CONFIG_PASSPHRASE, restore the file, or delete the cluster with \`make down\` and start over.`,
      );
    }
    mkdirSync(stateDir(cluster), { recursive: true });
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  return { PULUMI_CONFIG_PASSPHRASE: readFileSync(file, "utf8").trim() };
}
