import type { Power } from "../cluster/nodes";

/** Switches machines on again after a time, even if the command no longer exists then. */
export class DeadlinePower implements Power {
  private readonly cancels = new Map<string, () => void>();

  constructor(
    private readonly power: Power,
    private readonly seconds: number,
  ) {}

  async off(kubernetesNode: string): Promise<void> {
    this.schedule(kubernetesNode);
    await this.power.off(kubernetesNode);
    // Anew, because a cloud may take more than a minute to stop a machine.
    this.schedule(kubernetesNode);
  }

  async on(kubernetesNode: string): Promise<void> {
    await this.power.on(kubernetesNode);
    this.cancel(kubernetesNode);
  }

  onLater(kubernetesNode: string, seconds: number): () => void {
    return this.power.onLater(kubernetesNode, seconds);
  }

  private schedule(kubernetesNode: string): void {
    this.cancel(kubernetesNode);
    this.cancels.set(kubernetesNode, this.onLater(kubernetesNode, this.seconds));
  }

  private cancel(kubernetesNode: string): void {
    this.cancels.get(kubernetesNode)?.();
    this.cancels.delete(kubernetesNode);
  }
}
