import { UsageError } from "../errors";
import type { Installation } from "./installation";

/** What says that a protected installation may be changed. */
export interface ProtectionOptions {
  readonly allowProtected?: boolean;
}

/** Refuses to change a protected installation, unless the user says so. `fix` tells how to do that. */
export function checkProtection(
  { namespace, name, protected: isProtected }: Pick<Installation, "namespace" | "name" | "protected">,
  { allowProtected }: ProtectionOptions,
  why: string,
  fix = "To do it anyway: --allow-protected",
): void {
  if (isProtected && !allowProtected)
    throw new UsageError(`${namespace}/${name} is protected (deletionProtection), and ${why}. ${fix}`);
}

/** `fix` for what the page of the console asks for. */
export const CONSOLE_FIX = "To do it anyway, start the console with --allow-protected.";
