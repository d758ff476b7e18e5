import { ATHLETE_PATTERN, DEVICE_PATTERN } from './identity.ts';

/**
 * Every subject, stream, durable, bucket and topic, built and parsed by pairs of functions. `region` leaves room for
 * several deployments on one set of engines (and keeps tests apart): it prefixes subjects and names.
 */
export function createNames(region = '') {
  if (!/^[a-z0-9]{0,16}$/.test(region)) throw new RangeError(`a region is up to 16 small letters or digits: ${region}`);
  const dot = region === '' ? '' : `${region}.`;
  const bar = region === '' ? '' : `${region.toUpperCase()}_`;
  return {
    region,
    framesStream: `${bar}FRAMES`,
    deadStream: `${bar}DEAD`,
    factsStream: `${bar}FACTS`,
    framesFilter: `${dot}frames.*`,
    deadFilter: `${dot}dead.>`,
    factsFilter: `${dot}facts.>`,
    offsetsBucket: `${bar}OFFSETS`,
    leasesBucket: `${bar}LEASES`,
    checkpointsBucket: `${bar}CHECKPOINTS`,
    revocationsBucket: `${bar}REVOCATIONS`,
    ledgerBucket: `${bar}LEDGER`,
    /** What operators tell processes: the last value of each entity, with its version. */
    configBucket: `${bar}CONFIG`,
    /** Files that people uploaded, until they are imported; an object store. */
    uploadsBucket: `${bar}UPLOADS`,
    /** Photos of workouts, for as long as they have a row; an object store. */
    photosBucket: `${bar}PHOTOS`,
    /** Of the boards of races, which have holders of their own. */
    boardLeasesBucket: `${bar}BOARD_LEASES`,
    boardCheckpointsBucket: `${bar}BOARD_CHECKPOINTS`,
    /** The last board of each race, for who asks while nobody holds it. */
    boardsBucket: `${bar}BOARDS`,
    /** Durable consumers are named for the sink. */
    durable: (sink: string) => `${sink}`,
    frames: (shard: number) => `${dot}frames.${shard}`,
    parseFrames: (subject: string) => parseNumber(subject, `${dot}frames.`),
    fact: (kind: string, entity: string) => `${dot}facts.${kind}.${entity}`,
    dead: (reason: string, device: string) => `${dot}dead.${reason}.${device}`,
    parseDead(subject: string): { reason: string; device: string } | null {
      if (!subject.startsWith(`${dot}dead.`)) return null;
      const [reason, device, ...rest] = subject.slice(dot.length + 'dead.'.length).split('.');
      return reason && device && rest.length === 0 ? { reason, device } : null;
    },
    /** The holder of a shard answers here; no responder means that it is gone. */
    holder: (owner: string) => `${dot}holder.${owner}`,
    /** Another process of the same service may hold the device's older connection. */
    takeover: (device: string) => `${dot}takeover.${device}`,
    /** The holder of a shard is asked for the activity of an athlete that goes on. */
    liveActivities: (shard: number) => `${dot}live.activities.${shard}`,
    /** Who watches live activities is told of their changes here. */
    liveChanges: (watcher: string) => `${dot}live.changes.${watcher}`,
    /** Who watches notifications is told whose have changed: the account's id. */
    newsChanges: `${dot}live.news`,
    command: (device: string) => `${dot}commands.${device}`,
    /** Ticks of a race and shard; messages of `progress.ts`. */
    progress: (race: string, shard: number) => `${dot}progress.${race}.${shard}`,
    progressFilter: (race: string) => `${dot}progress.${race}.*`,
    /** The holder of a shard is asked to tell of everybody in a race. */
    askProgress: (shard: number) => `${dot}live.progress.${shard}`,
    /** Activities that ended, in every revision, and those that were taken back. */
    workoutFactsFilter: `${dot}facts.workout.>`,
    /** All that happened in races: crossings, reads, decisions. */
    raceFactsFilter: `${dot}facts.race.>`,
    boardHolder: (owner: string) => `${dot}holder.board.${owner}`,
    /** The board of a race, numbered; messages of `board-message.ts`. */
    board: (race: string) => `${dot}board.${race}`,
    /** The holder of a race's board is asked for all of it, or for gaps. */
    askBoard: (race: string) => `${dot}live.board.${race}`,
    /** Reads that came to ingest are stored by whoever serves this; messages of `forwarded-reads.ts`. */
    storeReads: `${dot}live.reads`,
    /** The process that has accounts in PGlite copies their folder, for a backup. */
    copyAccounts: `${dot}live.accounts`,
  };
}
export type Names = ReturnType<typeof createNames>;

function parseNumber(subject: string, prefix: string, maxDigits = 5): number | null {
  if (!subject.startsWith(prefix)) return null;
  const rest = subject.slice(prefix.length);
  return /^\d+$/.test(rest) && rest.length <= maxDigits ? Number(rest) : null;
}

/** KV keys. */
export const keys = {
  offset: (device: string, bootHex: string) => `${device}.${bootHex}`,
  lease: (shard: number) => `shard.${shard}`,
  member: (owner: string) => `member.${owner}`,
  manifest: (shard: number) => `manifest.${shard}`,
  checkpoints: (shard: number) => `value.${shard}.>`,
  /** `save` numbers the attempts of one epoch, so that no name is ever used twice. */
  checkpoint: (shard: number, epoch: number, save: number, seq: number, part: string) =>
    `value.${shard}.${epoch}.${save}.${seq}.${part}`,
  /** The epoch in such a name, or null. */
  parseCheckpointEpoch: (key: string) => parseNumber(key.split('.')[2] ?? '', '', 16),
  revokedDevice: (device: string) => `device.${device}`,
  revokedToken: (tokenId: string) => `token.${tokenId}`,
  accepted: (shard: number) => `accepted.${shard}`,
  /** In CONFIG: who comes first when room gets scarce. */
  priority: (kind: 'device' | 'athlete', id: string) => `priority.${kind}.${id}`,
  priorities: 'priority.>',
  parsePriority(key: string): { kind: 'device' | 'athlete'; id: string } | null {
    const [entity, kind, id, ...rest] = key.split('.');
    if (entity !== 'priority' || (kind !== 'device' && kind !== 'athlete') || !id || rest.length > 0) return null;
    return { kind, id };
  },
  /** In CONFIG: a race, and its starters in chunks of a version of their own; values of `race.ts`. */
  race: (race: string) => `race.${race}`,
  raceStarters: (race: string, version: number, chunk: number) => `race.${race}.starters.${version}.${chunk}`,
  races: 'race.>',
  parseRace(key: string): { race: string; starters: { version: number; chunk: number } | null } | null {
    const [entity, race, ...rest] = key.split('.');
    if (entity !== 'race' || !race) return null;
    if (rest.length === 0) return { race, starters: null };
    const version = parseNumber(rest[1] ?? '', '', 12);
    const chunk = parseNumber(rest[2] ?? '', '');
    if (rest[0] !== 'starters' || rest.length !== 3 || version === null || chunk === null) return null;
    return { race, starters: { version, chunk } };
  },
  /** In CONFIG: an athlete whose data was deleted and stays so, whatever is replayed; see `deleted-athlete.ts`. */
  deletedAthlete: (athlete: string) => `deleted.${athlete}`,
  allDeletedAthletes: 'deleted.>',
  /** The athlete, or null. */
  parseDeletedAthlete(key: string): string | null {
    const [entity, athlete, ...rest] = key.split('.');
    return entity === 'deleted' && athlete && ATHLETE_PATTERN.test(athlete) && rest.length === 0 ? athlete : null;
  },
  /** In OFFSETS: of all boots of a device. */
  offsetsOf: (device: string) => `${device}.>`,
  /** In CONFIG: an athlete's zones, thresholds, gear and the like. */
  athleteSettings: (athlete: string) => `athlete.${athlete}`,
  allAthleteSettings: 'athlete.>',
  /** The athlete, or null. */
  parseAthleteSettings(key: string): string | null {
    const [entity, athlete, ...rest] = key.split('.');
    return entity === 'athlete' && athlete && ATHLETE_PATTERN.test(athlete) && rest.length === 0 ? athlete : null;
  },
  /** In CONFIG: an athlete whose activities were computed again, and whose records were not yet. */
  recordsDue: (athlete: string) => `records_due.${athlete}`,
  allRecordsDue: 'records_due.>',
  /** The athlete, or null. */
  parseRecordsDue(key: string): string | null {
    const [entity, athlete, ...rest] = key.split('.');
    return entity === 'records_due' && athlete && ATHLETE_PATTERN.test(athlete) && rest.length === 0 ? athlete : null;
  },
  /** In BOARDS: the last board of a race, in parts. */
  board: (race: string, part: number) => `board.${race}.${part}`,
  /** In BOARDS: what the topic of a race's board says, as it is sent to everybody. */
  topicBoard: (race: string) => `topic.${race}`,
  /** Frames that ingest did not take, of all its processes. */
  turnedAway: 'turned_away',
};

/** MQTT topics. */
export const topics = {
  frames: (device: string) => `v1/devices/${device}/frames`,
  framesJson: (device: string) => `v1/devices/${device}/frames/json`,
  commandsFilter: (device: string) => `v1/devices/${device}/commands/#`,
  command: (device: string, command: string) => `v1/devices/${device}/commands/${command}`,
  /** Of a race: its newest board down, reads of chips and mats up. */
  raceBoard: (race: string) => `v1/races/${race}/board`,
  raceReads: (race: string) => `v1/races/${race}/reads`,
};

/** The race of a topic that is a race's, and which of the two it is; or null. A filter with wildcards is none. */
export function parseRaceTopic(topic: string): { race: string; kind: 'board' | 'reads' } | null {
  const [, race, kind] = /^v1\/races\/([a-z0-9][a-z0-9-]{0,31})\/(board|reads)$/.exec(topic) ?? [];
  return race === undefined ? null : { race, kind: kind as 'board' | 'reads' };
}

/** Where ingest serves WebSocket; the messages are in `websocket-framing.ts`. */
export const WEBSOCKET_PATH = '/v1/stream';

export type Encoding = 'protobuf' | 'json';

/** The device and encoding of a topic that devices publish to, or null. */
export function parseFrameTopic(topic: string): { device: string; encoding: Encoding } | null {
  const [version, devices, device, frames, json, ...rest] = topic.split('/');
  if (version !== 'v1' || devices !== 'devices' || frames !== 'frames' || rest.length > 0) return null;
  if (device === undefined || !DEVICE_PATTERN.test(device)) return null;
  if (json === undefined) return { device, encoding: 'protobuf' };
  return json === 'json' ? { device, encoding: 'json' } : null;
}

/** True when `filter` asks for nothing but commands to `device` itself (wildcards only below `commands`). */
export function isOwnCommandFilter(filter: string, device: string): boolean {
  return filter.startsWith(`v1/devices/${device}/commands/`) && !filter.slice(0, -1).includes('#');
}

/** Headers of a message on FRAMES. Counts travel here so that the ledger needs no payload. */
export const BATCH_HEADERS = {
  schema: 'Slip-Schema',
  kind: 'Slip-Kind',
  instance: 'Slip-Instance',
  batch: 'Slip-Batch',
  frames: 'Slip-Frames',
  samples: 'Slip-Samples',
  nulled: 'Slip-Nulled',
  receivedMs: 'Slip-Received-Ms',
} as const;

export const DEAD_HEADERS = {
  schema: 'Slip-Schema',
  reason: 'Slip-Reason',
  device: 'Slip-Device',
  detail: 'Slip-Detail',
  receivedMs: 'Slip-Received-Ms',
  sha256: 'Slip-Sha256',
} as const;

/** Grows with every change of the batch's columns; sinks refuse to guess at a version that they do not know. */
export const SCHEMA_VERSION = 2;
