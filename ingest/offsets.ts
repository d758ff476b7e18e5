import type { ResolvedOffset } from './lane/task.ts';

/** The frozen clock corrections, as a lane asks for them: null when the bucket is out of reach. */
export interface ClockOffsets {
  resolve(
    device: string,
    bootHex: string,
    proposedOffsetMs: number,
  ): Promise<Pick<ResolvedOffset, 'offsetMs' | 'validUntilMs'> | null>;
}
