import { BinaryAuthorization } from "../../components/gkeCluster/choices";
import { encryption, exclusions, keyInTheRegion } from "../../components/gkeCluster/securityValidation";
import { DRAIN_SECONDS } from "../../components/gkeCluster/upgrades";
import type { Rule } from "./rule";
import { pathOf } from "./messages";

const maintenanceExclusions: Rule = ({ maintenanceStart, maintenanceExclusions = [] }, messages) => {
  if (maintenanceExclusions.length === 0) return [];
  const key = "maintenanceExclusions";
  return [
    ...exclusions(key, maintenanceExclusions).map((problem) =>
      messages.sentence(key, problem, messages.remove(key)),
    ),
    ...(maintenanceStart === ""
      ? [
          messages.problem(
            key,
            "exclusions belong to a maintenance window",
            messages.set("maintenanceStart", "03:00"),
          ),
        ]
      : []),
  ];
};

const key: Rule = ({ encryption: scope, encryptionKey, location }, messages) => {
  if (!encryptionKey || !scope || !location) return [];
  const value = { scope, key: encryptionKey };
  return [
    ...encryption("encryption", value),
    ...keyInTheRegion.problems({ encryption: value, location }),
  ].map((problem) => messages.sentence("encryptionKey", problem, messages.remove("encryptionKey")));
};

const trustedImages: Rule = ({ binaryAuthorization, trustedImages = [] }, messages) =>
  trustedImages.length > 0 &&
  (binaryAuthorization === BinaryAuthorization.Off || binaryAuthorization === BinaryAuthorization.Project)
    ? [
        messages.problem(
          "trustedImages",
          `binaryAuthorization is ${binaryAuthorization}, which trusts no images of a list`,
          `${messages.set("binaryAuthorization", BinaryAuthorization.Audit)}, or ${messages.remove("trustedImages")}`,
        ),
      ]
    : [];

/** Rules of the settings that harden a cluster. */
export const hardeningRules: readonly Rule[] = [maintenanceExclusions, key, trustedImages];

/** Pools whose tasks may not end while GKE upgrades their node. */
export const longTasks: Rule = ({ workerPools = [] }, messages) =>
  workerPools.flatMap(({ longestTaskSeconds = 0 }, index) => {
    if (longestTaskSeconds <= DRAIN_SECONDS) return [];
    const at = ["workerPools", String(index), "longestTaskSeconds"];
    return [
      messages.problem(
        at,
        `an upgrade of a node gives its pods ${DRAIN_SECONDS} s, so a task that needs longer is killed and runs again`,
        messages.setPart(pathOf(at), String(DRAIN_SECONDS)),
      ),
    ];
  });
