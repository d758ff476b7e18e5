import type { IPublishPacket } from 'mqtt-packet';
import { KvUnavailableError } from '../../runtime/kv/kv.ts';
import { topics } from '../../schemas/names.ts';
import type { FrontEndDeps } from '../connections/front-end.ts';
import type { FollowedBoard } from '../races/race-boards.ts';
import { type Version, writePacket } from './packets.ts';

const GRANTED_QOS_0 = 0x00;
const UNSPECIFIED = 0x80;
const NOT_AUTHORIZED = 0x87;
const QUOTA_EXCEEDED = 0x97;

/** The part of a connection that boards are sent on. */
export interface BoardReceiver {
  readonly device: string;
  readonly state: string;
  /** `whenGone` is called once the socket has taken the bytes, or has ended. */
  writeWhole(bytes: Buffer, whenGone: () => void): void;
}

/** What a SUBSCRIBE says beside its filter (MQTT 5, 3.8.3.1); 3.1.1 says nothing of it. */
export interface RetainWish {
  /** 0: send what is retained; 1: only to a new subscription; 2: not. */
  readonly rh?: number | undefined;
  /** The retain flag stays on messages that come later. */
  readonly rap?: boolean | undefined;
}

interface Subscribed {
  readonly board: FollowedBoard;
  keepsFlag: boolean;
  /** The bytes of a board are on their way; a newer one is sent once they are gone. */
  isSending: boolean;
  isOwed: boolean;
}

/**
 * The topics of boards that a client listens to. A subscription is answered with the newest board, which is retained,
 * and then with each newer one. Who reads slowly skips to the newest: of each race one board at a time is on its way,
 * and all clients share its bytes.
 */
export class BoardSubscriptions {
  readonly #receiver: BoardReceiver;
  readonly #version: Version;
  readonly #maxPacketBytes: number;
  readonly #deps: FrontEndDeps;
  readonly #byRace = new Map<string, Subscribed>();

  constructor(receiver: BoardReceiver, version: Version, maxPacketBytes: number, deps: FrontEndDeps) {
    this.#receiver = receiver;
    this.#version = version;
    this.#maxPacketBytes = maxPacketBytes;
    this.#deps = deps;
  }

  /** The code for the topic of a race, and what sends the retained board once the SUBACK is out. */
  async add(race: string, { rh = 0, rap = false }: RetainWish): Promise<{ code: number; after?: () => void }> {
    const before = this.#byRace.get(race);
    if (before !== undefined) {
      before.keepsFlag = rap;
      return { code: GRANTED_QOS_0, ...(rh === 0 && { after: () => this.#send(race, before, true) }) };
    }
    if (this.#byRace.size >= this.#deps.limits.maxSubscriptions) return { code: QUOTA_EXCEEDED };
    try {
      const board = await this.#deps.raceBoards.follow(race, () => this.#tell(race));
      if (board === null) return { code: NOT_AUTHORIZED };
      if (board === 'too_many') return { code: QUOTA_EXCEEDED };
      if (this.#receiver.state === 'closed') {
        board.stop();
        return { code: UNSPECIFIED };
      }
      const subscribed: Subscribed = { board, keepsFlag: rap, isSending: false, isOwed: false };
      this.#byRace.set(race, subscribed);
      return { code: GRANTED_QOS_0, ...(rh < 2 && { after: () => this.#send(race, subscribed, true) }) };
    } catch (err) {
      if (!(err instanceof KvUnavailableError)) throw err;
      this.#deps.log.warn({ err, race }, 'the board of a race cannot be read');
      return { code: UNSPECIFIED };
    }
  }

  /** False when there was no such subscription. */
  remove(race: string): boolean {
    this.#byRace.get(race)?.board.stop();
    return this.#byRace.delete(race);
  }

  stop(): void {
    for (const { board } of this.#byRace.values()) board.stop();
    this.#byRace.clear();
  }

  #tell(race: string): void {
    const subscribed = this.#byRace.get(race);
    if (subscribed === undefined) return;
    if (subscribed.isSending) subscribed.isOwed = true;
    else this.#send(race, subscribed, false);
  }

  #send(race: string, subscribed: Subscribed, isRetained: boolean): void {
    const payload = subscribed.board.newest();
    if (payload === null || this.#byRace.get(race) !== subscribed) return;
    const bytes = packetOf(race, payload, this.#version, isRetained || subscribed.keepsFlag);
    // MQTT-3.1.2-24: what the client cannot take is not sent.
    if (bytes.length > this.#maxPacketBytes) {
      return this.#deps.log.warn({ device: this.#receiver.device, race }, 'a board is larger than the client takes');
    }
    subscribed.isSending = true;
    subscribed.isOwed = false;
    this.#deps.counts.boards += 1;
    this.#receiver.writeWhole(bytes, () => {
      subscribed.isSending = false;
      if (subscribed.isOwed) this.#send(race, subscribed, false);
    });
  }
}

/** Of each board the packets that were made: one for each version of the protocol and each state of the flag. */
const packets = new WeakMap<Uint8Array, Map<string, Buffer>>();

function packetOf(race: string, payload: Uint8Array, version: Version, retain: boolean): Buffer {
  let made = packets.get(payload);
  if (made === undefined) {
    made = new Map();
    packets.set(payload, made);
  }
  const variant = `${version} ${retain}`;
  let packet = made.get(variant);
  if (packet === undefined) {
    const body = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    const head = { cmd: 'publish', topic: topics.raceBoard(race), qos: 0, dup: false } as const;
    packet = writePacket({ ...head, payload: body, retain } satisfies IPublishPacket, version);
    made.set(variant, packet);
  }
  return packet;
}
