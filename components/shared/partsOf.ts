/** What a component holds for its getters. A private field would do, but schema inference publishes those as outputs. */
export class PartsOf<Component extends object, Parts> {
  readonly #parts = new WeakMap<Component, Parts>();

  set(component: Component, parts: Parts): void {
    this.#parts.set(component, parts);
  }

  of(component: Component): Parts {
    const parts = this.#parts.get(component);
    if (!parts) throw new Error("The component's constructor did not finish.");
    return parts;
  }
}
