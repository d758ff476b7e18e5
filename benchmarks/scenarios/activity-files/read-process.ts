/** A reading in a process of its own: asked once by its parent, it answers and ends. */
import { type ReadCost, readOnce } from './read-once.ts';

export interface ReadRequest {
  readonly reader: 'ours' | 'sdk';
  readonly seconds: number;
}

process.once('message', async ({ reader, seconds }: ReadRequest) => {
  const cost: ReadCost = await readOnce(reader, seconds, Date.UTC(2027, 0, 1));
  process.send?.(cost, () => process.disconnect());
});
