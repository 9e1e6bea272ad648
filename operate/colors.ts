import pc from "picocolors";

export type Colors = ReturnType<typeof pc.createColors>;

interface Output {
  readonly isTTY?: boolean;
}

/**
 * Decides for all output whether it has colors: on a terminal, unless NO_COLOR is set. FORCE_COLOR adds them
 * elsewhere. picocolors itself also colors pipes if CI is set, and checks only standard output.
 */
export function isColored({ isTTY = false }: Output, environment: NodeJS.ProcessEnv = process.env): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== "0";
  return isTTY && TERM !== "dumb";
}

export const colorsFor = (output: Output, environment?: NodeJS.ProcessEnv): Colors =>
  pc.createColors(isColored(output, environment));
