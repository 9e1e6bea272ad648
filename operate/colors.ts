import pc from "picocolors";

export type Colors = ReturnType<typeof pc.createColors>;

interface Environment {
  readonly NO_COLOR?: string;
  readonly FORCE_COLOR?: string;
  readonly TERM?: string;
}

/**
 * The only place that decides whether output has colors: on a terminal, unless NO_COLOR is set. FORCE_COLOR adds them
 * elsewhere. picocolors itself also colors pipes when CI is set, and it looks at standard output only.
 */
export const colorsFor = (
  output: { readonly isTTY?: boolean },
  environment: Environment = process.env,
): Colors => pc.createColors(isColored(output, environment));

function isColored({ isTTY = false }: { readonly isTTY?: boolean }, environment: Environment): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== "0";
  return isTTY && TERM !== "dumb";
}
