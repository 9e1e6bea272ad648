import { DESTRUCTIVE, DrillScene } from "../../components/scheduledDrills/scenes";
import { emptyToUndefined } from "./emptyToUndefined";
import type { Rule } from "./rule";

/** Drills are on only where the stack names their scenes. */
export const drills: Rule = ({ scheduledDrills = {}, deletionProtection }, messages) => {
  if (!emptyToUndefined(scheduledDrills)) return [];
  const { scenes, schedule, allowProtected } = scheduledDrills;
  const destructive = (scenes ?? []).filter((scene) => DESTRUCTIVE.includes(scene));
  return [
    ...(scenes
      ? []
      : [
          messages.problem(
            ["scheduledDrills", "scenes"],
            "a drill injects the faults that are named",
            messages.setPart("scheduledDrills.scenes[0]", DrillScene.PodDelete),
          ),
        ]),
    ...(schedule
      ? []
      : [
          messages.problem(
            ["scheduledDrills", "schedule"],
            "a drill begins by the clock",
            messages.setPart("scheduledDrills.schedule", "0 3 * * 1"),
          ),
        ]),
    ...(deletionProtection !== false && destructive.length > 0 && !allowProtected
      ? [
          messages.problem(
            ["scheduledDrills", "allowProtected"],
            `${destructive.join(", ")} could lose data if a second failure occurs, and the broker is protected (deletionProtection)`,
            messages.setPart("scheduledDrills.allowProtected", "true"),
          ),
        ]
      : []),
  ];
};
