import { Errors } from 'typebox/schema';
import type { Bus, Subscription } from '../../../runtime/bus.ts';
import type { Logger } from '../../../runtime/log.ts';
import { LogFullError, LogUnavailableError } from '../../../runtime/stream/stream.ts';
import {
  encodeReadsAnswer,
  type ForwardedReads,
  type ReadsReason,
  readForwardedReads,
} from '../../../schemas/forwarded-reads.ts';
import type { Names } from '../../../schemas/names.ts';
import { parseJson } from '../../../schemas/parse-json.ts';
import type { RaceOfficial } from '../../caller.ts';
import { Problem, type ProblemName } from '../../problem.ts';
import { NewReads } from './act-schemas.ts';
import type { TakeReads } from './take-reads.ts';

export interface ServeReadsDeps {
  readonly bus: Bus;
  readonly names: Pick<Names, 'storeReads'>;
  readonly takeReads: TakeReads;
  readonly log: Logger;
}

/** Of a quarter of a megabyte each at most; who is told `overloaded` sends again. */
const MAX_AT_ONCE = 32;

const REASON_OF: Partial<Record<ProblemName, ReadsReason>> = {
  unknown_race: 'unknown_race',
  race_draft: 'unknown_race',
  wrong_organiser: 'foreign_race',
  store_unavailable: 'stream_unavailable',
};

/**
 * Stores reads that ingest hands on, under the very rules of `POST …/reads`, and answers once they are stored. Of all
 * processes of the API one takes each message.
 */
export function serveReads({ bus, names, takeReads, log }: ServeReadsDeps): Subscription {
  let atOnce = 0;

  async function take(data: Uint8Array): Promise<ReadsReason | null> {
    const forwarded = readForwardedReads(data);
    if (forwarded === null) return 'bad_reads';
    const { race, by, body } = forwarded;
    const said = bodyOf(body);
    if (said === null) return 'bad_reads';
    try {
      const { stored, refused } = await takeReads(officialOf(by), race, said.reads);
      if (refused.length === 0) return null;
      log.info({ race, by: by.subject, tokenId: by.tokenId, stored, refused }, 'reads of nobody were left out');
      return 'reads_left_out';
    } catch (err) {
      if (err instanceof LogFullError || err instanceof LogUnavailableError) return 'stream_unavailable';
      const reason = err instanceof Problem ? REASON_OF[err.problem] : undefined;
      if (reason === undefined) log.error({ err, race }, 'reads could not be stored');
      return reason ?? 'stream_unavailable';
    }
  }

  return bus.subscribe(
    names.storeReads,
    async ({ data, respond }) => {
      if (atOnce >= MAX_AT_ONCE) return void respond(encodeReadsAnswer({ reason: 'overloaded' }));
      atOnce++;
      const reason = await take(data).finally(() => atOnce--);
      respond(encodeReadsAnswer({ reason }));
    },
    { queue: 'api' },
  );
}

function officialOf({ role, subject, tokenId }: ForwardedReads['by']): RaceOfficial {
  if (role === 'operator') return { kind: role, name: subject };
  return role === 'organiser' ? { kind: role, organiser: subject } : { kind: role, organiser: subject, tokenId };
}

/** Null unless it is what the HTTP route takes. */
function bodyOf(body: Uint8Array): NewReads | null {
  const said = parseJson(body);
  return Errors(NewReads, said)[0] ? (said as NewReads) : null;
}
