import { useEffect, useRef } from "preact/hooks";

/** The first heading below what is wrong. */
const HEADING = "main > :not(.verdict, [role=status]) :is(h2, h3), main > :is(h2, h3)";

/**
 * Moves the focus to the heading of the view that has just opened, if it is lost: the link that led here is gone, or the
 * browser took its focus because the address names an element of the page.
 */
export function useViewFocus(...address: readonly (string | undefined)[]): void {
  const place = address.join("/");
  const former = useRef(place);
  useEffect(() => {
    if (former.current === place) return;
    former.current = place;
    if (document.activeElement && document.activeElement !== document.body) return;
    const heading = document.querySelector<HTMLElement>(HEADING) ?? document.querySelector("main");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus();
  }, [place]);
}

const SWITCHED = "switched";

/** Remembers that the next page follows from a choice on this one. */
export const rememberSwitch = (): void => sessionStorage.setItem(SWITCHED, "yes");

/** Returns whether this page follows from a choice on the one before it, once. */
export function takeSwitch(): boolean {
  const isSwitched = sessionStorage.getItem(SWITCHED) !== null;
  sessionStorage.removeItem(SWITCHED);
  return isSwitched;
}
