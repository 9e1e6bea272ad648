/** Which numbers an option accepts. */
export interface NumberRange {
  readonly integer?: boolean;
  /** @default 0 */
  readonly min?: number;
  readonly max?: number;
}

/** Parses a decimal number, and returns undefined if it is not one or outside the range. */
export function parseNumber(
  text: string,
  { integer = false, min = 0, max = Infinity }: NumberRange = {},
): number | undefined {
  if (text.trim() === "" || (integer && !/^\d+$/.test(text))) return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= min && value <= max ? value : undefined;
}
