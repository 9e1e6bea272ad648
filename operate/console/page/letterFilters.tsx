import type { Selection } from "../../deadLetters/selection";
import type { Listing } from "../letters";

/** Limits of the age in seconds. */
const AGES: readonly { readonly title: string; readonly age: Pick<Selection, "olderThan" | "newerThan"> }[] =
  [
    { title: "any", age: {} },
    { title: "last 15 min", age: { newerThan: 900 } },
    { title: "last hour", age: { newerThan: 3_600 } },
    { title: "last day", age: { newerThan: 86_400 } },
    { title: "older than 1 h", age: { olderThan: 3_600 } },
    { title: "older than 1 day", age: { olderThan: 86_400 } },
    { title: "older than 7 days", age: { olderThan: 604_800 } },
  ];

interface LetterFiltersProps {
  /** Of all dead letters. */
  readonly groups: Listing["groups"];
  readonly selection: Selection;
  readonly change: (selection: Selection) => void;
}

/** Selects dead letters by task, reason, queue, and age. */
export function LetterFilters({ groups, selection, change }: LetterFiltersProps) {
  const isAge = ({ age }: (typeof AGES)[number]) =>
    age.olderThan === selection.olderThan && age.newerThan === selection.newerThan;
  return (
    <div class="filters" role="group" aria-label="Filters">
      {(["task", "reason", "queue"] as const).map((key) => (
        <label key={key}>
          {key}
          <select
            value={selection[key] ?? ""}
            onChange={({ currentTarget }) =>
              change({ ...selection, [key]: currentTarget.value || undefined })
            }
          >
            <option value="">any</option>
            {valuesOf(groups, key).map(([value, number]) => (
              <option key={value} value={value}>
                {value} ({number})
              </option>
            ))}
          </select>
        </label>
      ))}
      <label>
        died
        <select
          value={AGES.findIndex(isAge)}
          onChange={({ currentTarget }) => {
            const { olderThan, newerThan } = AGES[Number(currentTarget.value)]?.age ?? {};
            change({ ...selection, olderThan, newerThan });
          }}
        >
          {AGES.map(({ title }, index) => (
            <option key={title} value={index}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** The values that occur, with their number. */
function valuesOf(groups: Listing["groups"], key: "task" | "reason" | "queue"): [string, number][] {
  const numbers = new Map<string, number>();
  for (const group of groups) {
    const value = group[key];
    if (value !== undefined) numbers.set(value, (numbers.get(value) ?? 0) + group.count);
  }
  return [...numbers].sort(([, one], [, other]) => other - one);
}
