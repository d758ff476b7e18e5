import { ByteReader } from '../../roll-ups/byte-reader.ts';
import { ByteWriter } from '../../roll-ups/byte-writer.ts';
import type { MetricsConfig } from './config.ts';
import { SUM_CM } from './motion.ts';
import { isBlock } from './packed-block.ts';
import type { SecondSeries } from './second-series.ts';
import { type ActivityState, AT_MOTION, CELLS, newState } from './state.ts';
import { STATE_VERSION } from './versions.ts';

/** A checkpoint that this version of the metrics cannot go on from. */
export class CheckpointError extends Error {
  override name = 'CheckpointError';
}

const writer = new ByteWriter();

const seriesOf = ({ distance, power }: ActivityState): [string, SecondSeries][] => [
  ['distance', distance],
  ['power', power],
];
const listsOf = ({ metric, imperial, laps }: ActivityState) => [metric, imperial, laps];
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);

export function encodeHead(activity: ActivityState): Uint8Array<ArrayBuffer> {
  writer.varint(STATE_VERSION);
  writer.text(JSON.stringify(activity.config));
  writer.varint(CELLS);
  writer.array(bytesOf(activity.cells));
  for (const [, series] of seriesOf(activity)) {
    writer.varint(series.length);
    // Blocks are given up from the front, so where the kept ones begin says which those are.
    writer.varint(series.fullRange().from);
    writer.array(bytesOf(series.tail()));
  }
  for (const list of listsOf(activity)) {
    writer.varint(list.length);
    writer.array(list.numbers());
  }
  return writer.take();
}

/** The same text each time: a shard has thousands of blocks with few names. */
function nameOf(series: string, nth: number): string {
  const names = knownNames.get(series) ?? [];
  knownNames.set(series, names);
  names[nth] ??= `${series}-${nth}`;
  return names[nth];
}
const knownNames = new Map<string, string[]>();

/** The names of the blocks that belong to a head. */
export function blockNames(activity: ActivityState): string[] {
  return seriesOf(activity).flatMap(([name, series]) => {
    const { from, until } = series.fullRange();
    return Array.from({ length: until - from }, (_, i) => nameOf(name, from + i));
  });
}

/**
 * The bytes of a block, as they lie in memory until the next second. Throws RangeError for a name that is not among
 * {@link blockNames}.
 */
export function blockOf(activity: ActivityState, blockName: string): Uint8Array {
  const at = blockName.indexOf('-');
  const [, series] = seriesOf(activity).find(([name]) => name === blockName.slice(0, at)) ?? [];
  if (series === undefined) throw new RangeError(`there is no block ${blockName}`);
  return bytesOf(series.fullBlock(Number(blockName.slice(at + 1))));
}

/** Throws CheckpointError for bytes of another version, bytes that end early, and blocks that are not there. */
export function decodeState(head: Uint8Array, blocks: ReadonlyMap<string, Uint8Array>): ActivityState {
  try {
    return decode(new ByteReader(head), blocks);
  } catch (err) {
    if (err instanceof RangeError || err instanceof SyntaxError) throw new CheckpointError(err.message);
    throw err;
  }
}

function decode(reader: ByteReader, blocks: ReadonlyMap<string, Uint8Array>): ActivityState {
  const version = reader.varint();
  if (version !== STATE_VERSION) throw new CheckpointError(`the state is of version ${version}, not ${STATE_VERSION}`);
  const activity = newState(JSON.parse(reader.text()) as MetricsConfig);
  const cells = reader.varint();
  if (cells !== CELLS) throw new CheckpointError(`the state has ${cells} numbers, not ${CELLS}`);
  activity.cells.set(new Float64Array(reader.bytes(8 * CELLS).buffer));
  for (const [name, series] of seriesOf(activity)) {
    const length = reader.varint();
    const first = reader.varint();
    if (first > length >>> 9) throw new CheckpointError(`${name} gave up more blocks than were full`);
    const full = Array.from({ length: (length >>> 9) - first }, (_, nth) => block(blocks, name, first + nth));
    series.restore(first, full, new Uint16Array(reader.bytes(2 * (length & 511)).buffer));
  }
  activity.settled.distanceS = activity.distance.length;
  activity.settled.distanceCm = activity.cells[AT_MOTION + SUM_CM];
  activity.settled.powerS = activity.power.length;
  for (const list of listsOf(activity)) list.restore(new Uint32Array(reader.bytes(28 * reader.varint()).buffer));
  if (!reader.isAtEnd()) throw new CheckpointError('the state has more bytes than it says');
  return activity;
}

function block(blocks: ReadonlyMap<string, Uint8Array>, name: string, nth: number): Uint16Array {
  const bytes = blocks.get(`${name}-${nth}`);
  if (bytes === undefined) throw new CheckpointError(`block ${nth} of ${name} is missing`);
  const words = new Uint16Array(bytes.slice(0, bytes.length & ~1).buffer);
  if (bytes.length % 2 !== 0 || !isBlock(words)) throw new CheckpointError(`block ${nth} of ${name} is none`);
  return words;
}
