import { UPLOAD_LIMITS } from '../../schemas/upload-limits.ts';
import { ProblemError } from '../problem-error.ts';
import { problemText } from './form.tsx';
import type { ImportedFile } from './import-api.ts';
import { tell } from './tell.ts';
import { UnreadableFilesError } from './uploads.ts';
import { type AppPhrase, en } from './words-en.ts';

const MIB = 1024 * 1024;
export const LIMIT_VALUES = {
  ...{ maxParts: UPLOAD_LIMITS.maxParts, maxFiles: UPLOAD_LIMITS.maxFiles },
  partMb: UPLOAD_LIMITS.maxPartBytes / MIB,
  fileMb: UPLOAD_LIMITS.maxFileBytes / MIB,
  allMb: UPLOAD_LIMITS.maxBytes / MIB,
};

export const percentOf = (share: number) => Math.floor(share * 100);
/** Of nothing at all it is 0.1: an empty file is one too. */
export const megabytesOf = (bytes: number) => Math.max(0.1, Math.round((bytes / MIB) * 10) / 10);

/** A phrase with a name that is made of what the API says; null where there is none. */
const phraseOf = (name: string) => (Object.hasOwn(en, name) ? (name as AppPhrase) : null);

/** Why nothing of an upload was taken, and what to do. */
export function uploadTrouble(error: unknown): string {
  if (error instanceof UnreadableFilesError) return tell('importUnreadable');
  if (!(error instanceof ProblemError)) return problemText(error);
  if (error.problem === 'upload_too_large') return tell('importTooLarge', LIMIT_VALUES);
  // `bad_zip: …`, at the only field that there is.
  const [reason] = error.errors[0]?.message.split(':') ?? [''];
  const phrase = error.problem === 'refused_upload' ? phraseOf(`upload_${reason}`) : null;
  return phrase === null ? problemText(error) : tell(phrase, LIMIT_VALUES);
}

/** What became of a file, in a sentence or two. */
export function outcomeText(file: ImportedFile): string {
  const { state, progress, isRepeated, reason, damage, health } = file;
  const why = reason === null ? '' : reasonText(reason);
  const outcome =
    health !== null
      ? healthText(health)
      : tell(isRepeated ? 'file_repeated' : `file_${state}`, { why, percent: percentOf(progress) });
  return damage.length === 0 ? outcome : `${outcome} ${tell('file_damaged')}`;
}

/** More types are not named: an export has a hundred. */
const MAX_TYPES = 8;

function healthText({ records, workouts, notTaken }: NonNullable<ImportedFile['health']>): string {
  const taken = tell('file_health', { records, workouts });
  const types = Object.keys(notTaken).map((type) => shownType(type));
  if (types.length === 0) return taken;
  const named = types.length > MAX_TYPES ? [...types.slice(0, MAX_TYPES), '…'] : types;
  return `${taken} ${tell('file_health_left', { types: named.join(', ') })}`;
}

/** `HKQuantityTypeIdentifierFlightsClimbed` and `sleep_session_record_table` without what all of them have. */
const shownType = (type: string) =>
  type.replace(/^HK(Quantity|Category|Data)Type(Identifier)?|(_record_table|RecordTable)$/g, '').replaceAll('_', ' ');

export function reasonText(reason: string): string {
  return tell(phraseOf(`reason_${reason}`) ?? 'reason_other', { ...LIMIT_VALUES, reason });
}
