import type { Clock } from '../../runtime/clock.ts';

export interface JoinedWritesDeps {
  /** Stores blocks, one after the other, as one insert. */
  readonly insert: (blocks: readonly Uint8Array[]) => Promise<void>;
  readonly clock: Clock;
  /** How long the first block waits for others. */
  readonly joinMs: number;
  /** A block that does not fit any more begins the next insert. */
  readonly maxJoinedBytes: number;
}

interface Insert {
  readonly blocks: Uint8Array[];
  bytes: number;
  readonly stored: Promise<void>;
}

/**
 * Makes one insert of the blocks that several shards write at about the same time: an insert costs ClickHouse
 * milliseconds, and its part is merged again, however few rows it has. All writers of an insert share its outcome.
 */
export function joinWrites(deps: JoinedWritesDeps): (block: Uint8Array) => Promise<void> {
  let open: Insert | null = null;

  async function storeAfterWait(blocks: readonly Uint8Array[]): Promise<void> {
    await deps.clock.sleep(deps.joinMs);
    if (open?.blocks === blocks) open = null;
    await deps.insert(blocks);
  }

  return (block) => {
    if (open === null || open.bytes + block.length > deps.maxJoinedBytes) {
      const blocks: Uint8Array[] = [];
      open = { blocks, bytes: 0, stored: storeAfterWait(blocks) };
    }
    open.blocks.push(block);
    open.bytes += block.length;
    return open.stored;
  };
}
