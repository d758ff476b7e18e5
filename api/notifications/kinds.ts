import type { Sport } from '../../schemas/events.ts';
import { RECORD_KINDS, type RecordKind } from '../../schemas/record.ts';
import { type DeviceNews, deviceWords } from './device-words.ts';
import { type GoalNews, goalWords } from './goal-words.ts';
import { type InEach, type Reader, recordName, recordValue, sportName } from './languages.ts';
import { type ExportNews, exportWords, type ImportNews, importWords } from './own-data-words.ts';

/** Ways to somebody: the list of the page, letters, browsers that are not open, and programs of their own. */
export const CHANNELS = ['inApp', 'email', 'push', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];
/** Those that something is sent by. */
export type OutsideChannel = Exclude<Channel, 'inApp'>;

/** What a notification says. */
export interface Words {
  /** One line. */
  readonly title: string;
  /** Lines; '' where the title says all. */
  readonly text: string;
}

interface Kind<Data> {
  /** As settings call it. */
  readonly name: InEach;
  /** Where it goes unless somebody says otherwise. */
  readonly defaults: Readonly<Record<Channel, boolean>>;
  readonly words: (data: Data, reader: Reader) => Words;
  /** Page of ours that tells more, from the root. */
  readonly path: (data: Data) => string;
}

const EVERYWHERE = { inApp: true, email: true, push: true, webhook: true };

/** Records that one activity set and that hold, by the record's id. */
export interface RecordNews {
  readonly activity: string;
  readonly sport: Sport;
  readonly records: Readonly<Record<string, NewRecord>>;
}

export interface NewRecord {
  readonly kind: RecordKind;
  readonly name: string;
  readonly value: number;
  /** The value that fell; null when there was none. */
  readonly before: number | null;
}

/** A webhook that was switched off because it did not answer well. */
export interface WebhookNews {
  readonly webhook: string;
  readonly host: string;
}

/** More records than these are counted only. */
const MAX_NAMED = 12;

/** As one would list them: distances and times of power from the shortest on, then what was most in the whole. */
function compareRecords(a: NewRecord, b: NewRecord): number {
  if (a.kind !== b.kind) return RECORD_KINDS.indexOf(a.kind) - RECORD_KINDS.indexOf(b.kind);
  if (a.kind === 'longest') return a.name < b.name ? -1 : 1;
  return a.kind === 'distance' ? a.value - b.value : b.value - a.value;
}

function recordWords({ sport, records }: RecordNews, reader: Reader): Words {
  const { language } = reader;
  const all = Object.values(records).sort(compareRecords);
  const lines = all.slice(0, MAX_NAMED).map(({ kind, name, value, before }) => {
    const said = (number: number) => recordValue(kind, name, number, reader);
    const was = before === null ? '' : language === 'en' ? ` (before: ${said(before)})` : ` (было: ${said(before)})`;
    return `${recordName(name, language)}: ${said(value)}${was}`;
  });
  const more = all.length - lines.length;
  if (more > 0) lines.push(language === 'en' ? `and ${more} more` : `и ещё ${more}`);
  const [first] = lines;
  const where = sportName(sport, language);
  if (all.length === 1) {
    return {
      title: language === 'en' ? `New record (${where}): ${first}` : `Новый рекорд (${where}): ${first}`,
      text: '',
    };
  }
  const title = language === 'en' ? `${all.length} new records (${where})` : `Новые рекорды (${where}): ${all.length}`;
  return { title, text: lines.join('\n') };
}

const kindOf = <Data>(kind: Kind<Data>): Kind<Data> => kind;

/**
 * Every kind of news that people are told of. A new kind is a line here and whoever calls `notify` with it: no channel
 * has to learn of it.
 */
export const KINDS = {
  record: kindOf<RecordNews>({
    name: { en: 'Own records', ru: 'Личные рекорды' },
    defaults: EVERYWHERE,
    words: recordWords,
    path: ({ activity }) => `/?activity=${activity}`,
  }),
  goal: kindOf<GoalNews>({
    name: { en: 'Goals that were reached', ru: 'Достигнутые цели' },
    defaults: EVERYWHERE,
    words: goalWords,
    path: () => '/app/goals',
  }),
  device: kindOf<DeviceNews>({
    name: { en: 'Trouble with own devices', ru: 'Неполадки своих устройств' },
    defaults: EVERYWHERE,
    words: deviceWords,
    path: () => '/app/settings',
  }),
  export: kindOf<ExportNews>({
    name: { en: 'Files with all own data', ru: 'Файлы со всеми своими данными' },
    defaults: EVERYWHERE,
    words: exportWords,
    path: () => '/app/settings#export',
  }),
  import: kindOf<ImportNews>({
    name: { en: 'Imports that are done', ru: 'Законченные загрузки файлов' },
    // Who has sent files mostly looks at what becomes of them.
    defaults: { ...EVERYWHERE, email: false, push: false },
    words: importWords,
    path: () => '/app/imports',
  }),
  webhook_off: kindOf<WebhookNews>({
    name: { en: 'Webhooks that were switched off', ru: 'Отключённые вебхуки' },
    defaults: { ...EVERYWHERE, push: false, webhook: false },
    words: ({ host }, { language }) => ({
      title: language === 'en' ? `The webhook to ${host} was switched off` : `Вебхук на ${host} отключён`,
      text: language === 'en' ? 'It did not answer well for too long.' : 'Он слишком долго не отвечал как надо.',
    }),
    path: () => '/app/settings',
  }),
};
export type KindName = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as readonly KindName[];
export type DataOf<Name extends KindName> = Parameters<(typeof KINDS)[Name]['words']>[0];

/** Null for a kind that this version does not know. */
export function kindNamed(name: string): Kind<unknown> | null {
  return name in KINDS ? (KINDS[name as KindName] as Kind<unknown>) : null;
}
