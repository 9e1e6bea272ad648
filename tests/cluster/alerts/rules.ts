import { stringify } from "yaml";
import { resolveMonitoring } from "../../../components/monitoring/resolve";
import { ruleGroups } from "../../../components/monitoring/rules";

/** The alerts of one installation as a rule file of Prometheus. */
export function ruleFile(): string {
  const args = { namespace: "jobs", broker: { name: "mq" }, workers: ["mail"], beat: "clock" };
  return stringify(
    { groups: ruleGroups(resolveMonitoring("watch", args), "jobs") },
    { aliasDuplicateObjects: false },
  );
}
