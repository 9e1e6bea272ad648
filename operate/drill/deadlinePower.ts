import type { Power } from "../cluster/nodes";

/** Switches machines on again after a time, even if the command no longer exists then. */
export class DeadlinePower implements Power {
  private readonly cancels = new Map<string, () => void>();

  constructor(
    private readonly power: Power,
    private readonly seconds: number,
  ) {}

  async off(kubernetesNode: string): Promise<void> {
    this.cancels.set(kubernetesNode, this.onLater(kubernetesNode, this.seconds));
    await this.power.off(kubernetesNode);
  }

  async on(kubernetesNode: string): Promise<void> {
    await this.power.on(kubernetesNode);
    this.cancels.get(kubernetesNode)?.();
    this.cancels.delete(kubernetesNode);
  }

  onLater(kubernetesNode: string, seconds: number): () => void {
    return this.power.onLater(kubernetesNode, seconds);
  }
}
