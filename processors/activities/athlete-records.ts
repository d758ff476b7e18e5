import type { DirtyParts } from '../../runtime/reducer.ts';
import type { Steps } from '../../runtime/steps.ts';
import { ByteReader } from '../roll-ups/byte-reader.ts';
import { ByteWriter } from '../roll-ups/byte-writer.ts';
import type { Athlete } from './athlete.ts';
import { decodeAthlete, encodeAthlete } from './athlete-codec.ts';
import { CheckpointError } from './metrics/checkpoint.ts';
import { KeptRecord, Segments } from './segments.ts';
import type { Session } from './session.ts';

/** A block of seconds of the activity that goes on. */
interface Block {
  readonly athlete: string;
  readonly name: string;
}

interface Kept {
  readonly head: KeptRecord<Athlete>;
  /** Whose blocks these are. */
  session: Session | null;
  names: readonly string[];
  blocks: Map<string, KeptRecord<Block>>;
}

const NO_NAMES: readonly string[] = [];
const writer = new ByteWriter();

/**
 * How the athletes of a shard lie in its checkpoint. What changes all the time of an athlete, the head, is written
 * again whenever the athlete did something; blocks of seconds, which are most of a long activity, are written once.
 * They lie in segments of their own, or the dying heads would have them written again.
 */
export class AthleteRecords {
  readonly #heads = new Segments<Athlete>('heads', encodeAthlete);
  readonly #blocks = new Segments<Block>('blocks', (block) => this.#encodeBlock(block));
  readonly #kept = new Map<string, Kept>();
  /** Whom to forget once what is being kept is bytes; null while nothing is. */
  #toDrop: string[] | null = null;
  #isToErase = false;

  /** All athletes of a checkpoint. Throws CheckpointError when something is missing, damaged or of another version. */
  restore(parts: ReadonlyMap<string, Uint8Array>, make: (key: string) => Athlete): Athlete[] {
    const bytesOf = new Map<string, Map<string, Uint8Array>>();
    const blocks = this.#blocks.restore(parts, (bytes) => {
      const { athlete, name, block } = decodeBlock(bytes);
      const own = bytesOf.get(athlete) ?? new Map<string, Uint8Array>();
      bytesOf.set(athlete, own.set(name, block));
      return { athlete, name };
    });
    const heads = this.#heads.restore(parts, (bytes) => decodeAthlete(bytes, make, (key) => bytesOf.get(key)));
    for (const head of heads) {
      const { key, timeline } = head.item;
      const { session } = timeline;
      this.#kept.set(key, { head, session, names: session?.metrics.blockNames() ?? NO_NAMES, blocks: new Map() });
    }
    for (const record of blocks) {
      const { athlete, name } = record.item;
      const kept = this.#kept.get(athlete);
      if (!kept?.names.includes(name)) throw new CheckpointError(`${name} of ${athlete} belongs to nothing`);
      kept.blocks.set(name, record);
    }
    return heads.map(({ item }) => item);
  }

  /**
   * The parts that changed, in steps; `touched` are all athletes who did something since the last call, and are still
   * known. Until the last step {@link beforeChange} has to be told of each athlete who is about to change.
   */
  takeDirtyInSteps(touched: Iterable<Athlete>): Steps<DirtyParts> {
    for (const athlete of touched) {
      const kept = this.#kept.get(athlete.key) ?? this.#begin(athlete);
      this.#heads.put(kept.head);
      this.#keepBlocks(kept);
    }
    // Blocks are few, and how long one can be asked for is up to its activity.
    const blocks = this.#blocks.takeDirty();
    this.#toDrop = [];
    return this.#takeHeads(this.#heads.takeDirtyInSteps(), blocks);
  }

  /** The athlete is about to change, or to be forgotten. */
  beforeChange(athlete: Athlete): void {
    if (this.#toDrop === null) return;
    const head = this.#kept.get(athlete.key)?.head;
    if (head?.item === athlete) this.#heads.beforeChange(head);
  }

  /** The athlete is forgotten. */
  drop(key: string): void {
    if (this.#toDrop !== null) {
      this.#toDrop.push(key);
      return;
    }
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#heads.drop(kept.head);
    for (const block of kept.blocks.values()) this.#blocks.drop(block);
    this.#kept.delete(key);
  }

  /** With the next checkpoint nothing is left of whoever was dropped. */
  erase(): void {
    if (this.#toDrop !== null) {
      this.#isToErase = true;
      return;
    }
    this.#heads.erase();
    this.#blocks.erase();
  }

  *#takeHeads(heads: Steps<DirtyParts>, blocks: DirtyParts): Steps<DirtyParts> {
    const dirty = yield* heads;
    const toDrop = this.#toDrop ?? [];
    this.#toDrop = null;
    for (const key of toDrop) this.drop(key);
    if (this.#isToErase) this.erase();
    this.#isToErase = false;
    return new Map([...dirty, ...blocks]);
  }

  #begin(athlete: Athlete): Kept {
    const kept = { head: new KeptRecord(athlete), session: null, names: NO_NAMES, blocks: new Map() };
    this.#kept.set(athlete.key, kept);
    return kept;
  }

  #keepBlocks(kept: Kept): void {
    const { key, timeline } = kept.head.item;
    const { session } = timeline;
    const names = session?.metrics.blockNames() ?? NO_NAMES;
    if (kept.session === session && kept.names === names) return;
    const before = kept.session === session ? kept.blocks : new Map<string, KeptRecord<Block>>();
    const blocks = new Map<string, KeptRecord<Block>>();
    for (const name of names) {
      const known = before.get(name);
      const block = known ?? new KeptRecord({ athlete: key, name });
      if (known === undefined) this.#blocks.put(block);
      blocks.set(name, block);
    }
    for (const block of kept.blocks.values()) if (blocks.get(block.item.name) !== block) this.#blocks.drop(block);
    Object.assign(kept, { session, names, blocks });
  }

  /** Asked for after everybody's blocks were looked through, so it is of the activity that goes on. */
  #encodeBlock({ athlete, name }: Block): Uint8Array {
    const session = this.#kept.get(athlete)?.session;
    if (session == null) throw new Error(`${athlete} has no activity whose ${name} could be kept`);
    writer.text(athlete);
    writer.text(name);
    writer.array(session.metrics.block(name));
    return writer.take();
  }
}

function decodeBlock(bytes: Uint8Array): Block & { block: Uint8Array } {
  const from = new ByteReader(bytes);
  return { athlete: from.text(), name: from.text(), block: from.rest() };
}
