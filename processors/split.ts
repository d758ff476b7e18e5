import type { Logger } from '../runtime/log.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Held } from './gather.ts';
import { type Sink, StoreRefusedError, StoreUnavailableError, type WriteResult } from './sink.ts';

interface SplitDeps {
  readonly sink: Sink;
  readonly dead: DeadLetters;
  readonly logger: Logger;
  readonly maxRefusedInARow: number;
  /** These are stored, or (without a result) buried: acknowledge them. */
  stored(batch: readonly Held[], result: WriteResult | null): void;
  halt(reason: string): void;
}

/**
 * Writes batches; one that the store refuses is halved until the poison stands alone, which goes to DEAD and into the
 * ledger as refused. Everything else of the batch is stored. Throws what `write` and `bury` throw, with part of the
 * batch done.
 */
export function createStoreOrSplit(deps: SplitDeps): (batch: readonly Held[]) => Promise<void> {
  let refusedInARow = 0;

  async function store(part: readonly Held[]): Promise<void> {
    try {
      const result = await deps.sink.write(part.map(({ message }) => message));
      refusedInARow = 0;
      return deps.stored(part, result);
    } catch (err) {
      if (!(err instanceof StoreRefusedError)) throw err;
      if (part.length === 1) return bury(part[0], err);
    }
    const middle = part.length >> 1;
    await store(part.slice(0, middle));
    await store(part.slice(middle));
  }

  async function bury(one: Held, err: StoreRefusedError): Promise<void> {
    if (++refusedInARow > deps.maxRefusedInARow) {
      deps.halt(`${refusedInARow} messages in a row were refused, the last with: ${err.message}`);
      throw new StoreUnavailableError('the store refuses everything', { cause: err });
    }
    const { seq, instance, shard, batch: number } = one.message;
    deps.logger.error({ err, sink: deps.sink.name, seq, instance, shard, batch: number }, 'refused; goes to DEAD');
    await deps.dead.bury(one.pulled, err.message);
    await deps.sink.writeRefused([one.message]);
    deps.stored([one], null);
  }

  return store;
}
