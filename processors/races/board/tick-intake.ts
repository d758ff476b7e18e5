import type { ProgressTick } from '../../../schemas/progress.ts';

/** What is known of the ticks of one race and shard. */
interface Channel {
  epoch: number;
  number: number;
  /** Of a full snapshot that is coming: the number that its next part must have. */
  nextPart: number | null;
  isWhole: boolean;
}

/**
 * Which ticks of a race are believed, and whether something is missing. Everything in a tick is the newest that its
 * holder knows, so any tick of the newest epoch may be taken; what a gap or a new epoch hides comes with a full
 * snapshot, which has to be asked for.
 *
 * For each shard: unknown → lacking (nothing or not everything came) → whole (a full snapshot came without a gap, and
 * every number since) → lacking at the next gap or epoch.
 */
export function createTickIntake(shards: number) {
  const channels = new Map<number, Channel>();

  return {
    /** False for a tick of a process that was stopped; it is to be dropped. */
    take({ shard, epoch, number, full, part, parts }: Omit<ProgressTick, 'athletes'>): boolean {
      let channel = channels.get(shard);
      if (channel !== undefined && epoch < channel.epoch) return false;
      if (channel === undefined || epoch > channel.epoch) {
        channel = { epoch, number: number - 1, nextPart: null, isWhole: false };
        channels.set(shard, channel);
      }
      if (number <= channel.number) return true;
      if (number !== channel.number + 1) {
        channel.isWhole = false;
        channel.nextPart = null;
      }
      channel.number = number;
      if (full && part === 0) channel.nextPart = number;
      if (full && channel.nextPart === number) {
        channel.nextPart = part === parts - 1 ? null : number + 1;
        if (part === parts - 1) channel.isWhole = true;
      }
      return true;
    },
    /** Shards that have to be asked for everything. */
    lacking(): number[] {
      return Array.from({ length: shards }, (_, shard) => shard).filter((shard) => !channels.get(shard)?.isWhole);
    },
    /** A holder was asked and answered. A lower epoch than one that was seen is of a process that was stopped. */
    answered(shard: number, { epoch, number }: { epoch: number; number: number }): void {
      const channel = channels.get(shard);
      if (channel !== undefined && channel.epoch >= epoch) return;
      channels.set(shard, { epoch, number: number - 1, nextPart: null, isWhole: false });
    },
  };
}
export type TickIntake = ReturnType<typeof createTickIntake>;
