/** Values of a component for its getters. Not private fields, because schema inference publishes those as outputs. */
export class PartsOf<Component extends object, Parts> {
  readonly #parts = new WeakMap<Component, Parts>();

  set(component: Component, parts: Parts): void {
    this.#parts.set(component, parts);
  }

  of(component: Component): Parts {
    const parts = this.#parts.get(component);
    if (!parts) throw new Error("The constructor of the component did not finish.");
    return parts;
  }
}
