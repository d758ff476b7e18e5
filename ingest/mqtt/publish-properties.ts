type Kind = 'byte' | 'two' | 'four' | 'data' | 'pair';

/** Properties that a client may put on a PUBLISH (MQTT 5, 3.3.2.3), by identifier. */
const KINDS: Record<number, Kind> = {
  1: 'byte', // payload format indicator
  2: 'four', // message expiry interval
  3: 'data', // content type
  8: 'data', // response topic
  9: 'data', // correlation data
  35: 'two', // topic alias
  38: 'pair', // user property
};
/** All of them but the user property may come once. */
const SEEN_BITS = Object.fromEntries(Object.keys(KINDS).map((id, index) => [id, 1 << index]));
const TOPIC_ALIAS = 35;
const USER_PROPERTY = 38;
const SUBSCRIPTION_IDENTIFIER = 11;
const FIXED_BYTES: Record<string, number> = { byte: 1, two: 2, four: 4 };

/**
 * Skips the properties that begin at `start`: none but the topic alias means anything for a frame. Answers where they
 * end and the alias (−1 without one), or what is wrong with them.
 */
export function readPublishProperties(
  bytes: Uint8Array,
  start: number,
  limit: number,
): { end: number; topicAlias: number } | 'malformed_packet' | 'protocol_error' {
  let pos = start;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    if (pos >= limit || shift > 21) return 'malformed_packet';
    const byte = bytes[pos++];
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  const end = pos + length;
  if (end > limit) return 'malformed_packet';
  let topicAlias = -1;
  let seen = 0;
  while (pos < end) {
    const id = bytes[pos++];
    const kind = KINDS[id];
    if (kind === undefined) return id === SUBSCRIPTION_IDENTIFIER ? 'protocol_error' : 'malformed_packet';
    if (id !== USER_PROPERTY && (seen & SEEN_BITS[id]) !== 0) return 'protocol_error';
    seen |= SEEN_BITS[id];
    if (id === TOPIC_ALIAS && pos + 2 <= end) topicAlias = (bytes[pos] << 8) | bytes[pos + 1];
    pos = skipValue(bytes, pos, end, kind);
    if (pos > end) return 'malformed_packet';
  }
  return { end, topicAlias };
}

/** Past `end` when the value does not fit. */
function skipValue(bytes: Uint8Array, pos: number, end: number, kind: Kind): number {
  if (kind === 'data') return skipData(bytes, pos, end);
  if (kind === 'pair') return skipData(bytes, skipData(bytes, pos, end), end);
  return pos + FIXED_BYTES[kind];
}

function skipData(bytes: Uint8Array, pos: number, end: number): number {
  return pos + 2 > end ? end + 1 : pos + 2 + ((bytes[pos] << 8) | bytes[pos + 1]);
}
