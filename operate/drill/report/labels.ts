/** A vertical mark with a label beside it. */
export interface Mark {
  readonly x: number;
  readonly text: string;
  readonly kind: string;
}

export interface PlacedMark extends Mark {
  readonly row: number;
  /** The label is to the left of the mark, where there is no room to the right. */
  readonly left: boolean;
}

const SPACE = 5;

/** Gives each label a row, the highest first, so that no label covers another and no mark runs through a label of others. */
export function placeLabels(
  marks: readonly Mark[],
  right: number,
  widthOf: (text: string) => number,
): PlacedMark[] {
  const placed: (PlacedMark & Extent)[] = [];
  for (const mark of marks.toSorted((one, other) => one.x - other.x)) {
    const width = widthOf(mark.text) + 2 * SPACE;
    const left = mark.x + width > right;
    const extent = { from: left ? mark.x - width : mark.x, until: left ? mark.x : mark.x + width };
    // There is always room below all others, unless one to the left of its mark is crossed: then it is read through the line.
    const rows = Array.from({ length: placed.length + 1 }, (_, row) => row);
    const row = rows.find((each) =>
      placed.every((other) => !collide({ ...mark, ...extent, row: each }, other)),
    );
    placed.push({ ...mark, ...extent, left, row: row ?? 0 });
  }
  return placed;
}

interface Extent {
  readonly from: number;
  readonly until: number;
}

type Place = Extent & { readonly x: number; readonly row: number };

/** A mark reaches from its own row down through all lower ones. */
function collide(one: Place, other: Place): boolean {
  if (one.row === other.row) return one.from < other.until && other.from < one.until;
  const [upper, lower] = one.row < other.row ? [one, other] : [other, one];
  return upper.x > lower.from && upper.x < lower.until;
}
