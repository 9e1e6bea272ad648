/** RabbitMQ's management API, by port-forwarding to whichever broker pod answers. */
export interface ManagementApi {
  /** Asks the broker pods in turn, `first` first. Fails when none answers within 5 s. */
  get<T>(path: string, first?: string): Promise<T>;
}
