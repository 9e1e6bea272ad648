import { useEffect, useState } from "preact/hooks";

/** The parts of the address after "#". */
export function useHash(): string[] {
  const read = () => location.hash.slice(1).split("/");
  const [hash, setHash] = useState(read);
  useEffect(() => {
    const update = () => setHash(read());
    addEventListener("hashchange", update);
    return () => removeEventListener("hashchange", update);
  }, []);
  return hash[0] === "" ? [] : hash;
}
