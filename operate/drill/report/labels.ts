/** A vertical line with a label next to it. */
export interface Mark {
  readonly x: number;
  readonly text: string;
  readonly kind: string;
}

export interface PlacedMark extends Mark {
  readonly row: number;
  /** The label is to the left of the line, because there is no room to the right. */
  readonly left: boolean;
}

const SPACE = 5;

/** Assigns each label the highest row in which no label covers another and no line crosses another label. */
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
    // The row below all others is always free, unless a line crosses a label to its left. Such a label stays
    // readable.
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

/** A line extends from its own row down through all lower rows. */
function collide(one: Place, other: Place): boolean {
  if (one.row === other.row) return one.from < other.until && other.from < one.until;
  const [upper, lower] = one.row < other.row ? [one, other] : [other, one];
  return upper.x > lower.from && upper.x < lower.until;
}
