import { type Encoding, parseFrameTopic, parseRaceTopic, topics } from '../../schemas/names.ts';
import type { RefusedReason } from '../../schemas/reasons.ts';
import { readPublishProperties } from './publish-properties.ts';

/** Aliases that a client may set: one for each topic that it may publish to. */
export const TOPIC_ALIAS_MAXIMUM = 2;

/** What makes a PUBLISH end its connection, with the reason code of MQTT 5 when the reason's own is too coarse. */
export interface PublishError {
  readonly reason: RefusedReason;
  readonly code?: number;
}

const MALFORMED: PublishError = { reason: 'malformed_packet' };
const PROTOCOL_ERROR: PublishError = { reason: 'protocol_error' };
const QOS_NOT_SUPPORTED: PublishError = { reason: 'not_supported', code: 0x9b };
const RETAIN_NOT_SUPPORTED: PublishError = { reason: 'not_supported', code: 0x9a };
const TOPIC_ALIAS_INVALID: PublishError = { reason: 'protocol_error', code: 0x94 };

export type Destination = Encoding | 'reads' | 'foreign_topic' | 'bad_topic';

/**
 * Reads the PUBLISH packets of one connection where they lie. The usual one, to the device's own topic, is recognised
 * by its bytes and makes neither a string nor an object.
 */
export class PublishReader {
  /** 0 for QoS 0. */
  packetId = 0;
  qos = 0;
  /** What the topic means; a reason when the device may not publish there. */
  destination: Destination = 'protobuf';
  /** Of reads: the race that they are of. */
  race = '';
  /** Where the frame begins; it ends with the packet. */
  payload = 0;

  private readonly device: string | null;
  private readonly isV5: boolean;
  /** The topic of JSON frames; the one of protobuf frames is its beginning. */
  private readonly longTopic: Buffer;
  private readonly shortLength: number;
  private readonly aliases: { destination: Destination; race: string }[] = [];

  /** Null: the client is no device, and no topic of frames is its own. */
  constructor(device: string | null, isV5: boolean) {
    this.device = device;
    this.isV5 = isV5;
    this.longTopic = Buffer.from(device === null ? '' : topics.framesJson(device));
    this.shortLength = device === null ? 0 : topics.frames(device).length;
  }

  /**
   * Reads the packet whose variable header begins at `body`; `first` is its first byte. Null when it is well formed.
   */
  read(bytes: Uint8Array, first: number, body: number, end: number): PublishError | null {
    const qos = (first >> 1) & 3;
    this.qos = qos;
    // QoS 0 has no duplicates, and there is no QoS 3 (MQTT-3.3.1-2, MQTT-3.3.1-4).
    if (qos > 1) return qos === 2 ? QOS_NOT_SUPPORTED : MALFORMED;
    if (qos === 0 && (first & 8) !== 0) return MALFORMED;
    if (this.isV5 && (first & 1) !== 0) return RETAIN_NOT_SUPPORTED;
    if (end - body < 2) return MALFORMED;
    const topicStart = body + 2;
    const topicLength = (bytes[body] << 8) | bytes[body + 1];
    let pos = topicStart + topicLength;
    this.packetId = 0;
    if (qos === 1) {
      if (pos + 2 > end) return MALFORMED;
      this.packetId = (bytes[pos] << 8) | bytes[pos + 1];
      // MQTT-2.2.1-3
      if (this.packetId === 0) return this.isV5 ? PROTOCOL_ERROR : MALFORMED;
      pos += 2;
    }
    let alias = -1;
    if (this.isV5) {
      if (pos >= end) return MALFORMED;
      if (bytes[pos] === 0) {
        pos += 1;
      } else {
        const properties = readPublishProperties(bytes, pos, end);
        if (typeof properties === 'string') return properties === 'malformed_packet' ? MALFORMED : PROTOCOL_ERROR;
        alias = properties.topicAlias;
        pos = properties.end;
      }
    }
    if (pos > end) return MALFORMED;
    this.payload = pos;
    return alias === -1 && topicLength > 0
      ? this.setDestination(bytes, topicStart, topicLength)
      : this.useAlias(bytes, topicStart, topicLength, alias);
  }

  private setDestination(bytes: Uint8Array, start: number, length: number): null {
    if (length === this.shortLength && this.isOwnTopic(bytes, start, length)) this.destination = 'protobuf';
    else if (length === this.longTopic.length && this.isOwnTopic(bytes, start, length)) this.destination = 'json';
    else this.destination = this.destinationOf(Buffer.from(bytes.subarray(start, start + length)).toString('utf8'));
    return null;
  }

  private isOwnTopic(bytes: Uint8Array, start: number, length: number): boolean {
    const own = this.longTopic;
    // From the end: topics of other devices differ there first.
    for (let i = length - 1; i >= 0; i--) if (bytes[start + i] !== own[i]) return false;
    return true;
  }

  private destinationOf(topic: string): Destination {
    const parsed = parseFrameTopic(topic);
    if (parsed === null) return this.destinationOfRace(topic);
    return parsed.device === this.device ? parsed.encoding : 'foreign_topic';
  }

  private destinationOfRace(topic: string): Destination {
    const of = parseRaceTopic(topic);
    if (of?.kind !== 'reads') return 'bad_topic';
    this.race = of.race;
    return 'reads';
  }

  /** MQTT 5, 3.3.2.3.4: an alias with a topic is remembered, an alias alone stands for what was remembered. */
  private useAlias(bytes: Uint8Array, start: number, length: number, alias: number): PublishError | null {
    if (alias === -1) return PROTOCOL_ERROR;
    if (alias === 0 || alias > TOPIC_ALIAS_MAXIMUM) return TOPIC_ALIAS_INVALID;
    if (length > 0) {
      this.setDestination(bytes, start, length);
      this.aliases[alias] = { destination: this.destination, race: this.race };
      return null;
    }
    const known = this.aliases[alias];
    if (known === undefined) return PROTOCOL_ERROR;
    this.destination = known.destination;
    this.race = known.race;
    return null;
  }
}
