import type { RecordedActivity } from '../../../files/activity.ts';
import type { Races } from '../../../runtime/races.ts';
import { createFileWriter, fileName } from '../../activities/export/file-writer.ts';
import { recordedActivity } from '../../activities/export/recorded-activity.ts';
import type { ActivityKey, ActivityReader } from '../../activities/reader.ts';
import type { Database } from '../../database/database.ts';
import type { ExportedPhotos } from '../../photos/exported-photos.ts';
import { Problem } from '../../problem.ts';
import type { SampleHistory } from '../../samples/history.ts';
import { type ExportedFile, type FileList, jsonFile, type LeftOutFile } from './exported-file.ts';
import { type Owner, rowsOfPerson, tablesOfPeople } from './person-rows.ts';

/** What a store of samples has of an athlete, file by file. Throws StoreUnavailableError. */
export interface StoredSamples {
  files(athlete: string, signal: AbortSignal): Promise<readonly ExportedFile[]>;
  /** Under the random id of whoever agreed to be counted. */
  productEvents(person: string, signal: AbortSignal): Promise<readonly object[]>;
}

export interface PersonSourceDeps {
  readonly database: Database;
  readonly samples: StoredSamples;
  readonly activities: ActivityReader;
  readonly history: Pick<SampleHistory, 'rows'>;
  readonly races: Pick<Races, 'all'>;
  readonly photos: ExportedPhotos;
}

const PAGE = 100;
/** Nothing starts after it: ms of the year 2200. */
const NEVER_MS = 7_258_118_400_000;

export type FilesOf = (owner: Owner, signal: AbortSignal, onProgress: (share: number) => Promise<void>) => FileList;

/** Everything that is kept of a person, file by file, each made while it is read. */
export function createPersonSource(deps: PersonSourceDeps): FilesOf {
  const { database, samples, activities, history, races, photos } = deps;
  const writer = createFileWriter();

  async function productEvents({ account }: Owner, signal: AbortSignal): Promise<ExportedFile> {
    const own = database.selectFrom('product_people').select('person').where('account', '=', account);
    const found = await own.executeTakeFirst();
    const events = found === undefined ? [] : await samples.productEvents(found.person, signal);
    return jsonFile(
      'product-events.json',
      'What was counted of your use',
      events.map((one) => JSON.stringify(one)),
    );
  }

  function racesOf({ athlete }: Owner): ExportedFile {
    const started = races
      .all()
      .flatMap(({ id, name, sport, starters }) =>
        [...starters.values()]
          .filter((one) => one.athlete === athlete)
          .map((starter) => ({ race: id, name, sport, starter })),
      );
    return jsonFile(
      'races.json',
      'Races that you are a starter of',
      started.map((one) => JSON.stringify(one)),
    );
  }

  return function filesOf(owner, signal, onProgress) {
    const leftOut: LeftOutFile[] = [];

    /** Newest first; one whose samples have aged out, or that is too long for a file, is named with its reason. */
    async function* activityFiles(): AsyncGenerator<ExportedFile> {
      const { athlete } = owner;
      for (let after: ActivityKey | null = null; ; ) {
        const query = { athlete, sport: null, fromMs: 0, toMs: NEVER_MS, after, limit: PAGE };
        const page = await activities.list(query, signal);
        for (const { id } of page) {
          const activity = await activities.read(athlete, id, signal);
          if (activity === null) continue;
          const name = `activities/${id}-${fileName(activity, 'fit')}`;
          const read = (): Promise<RecordedActivity | null> => recordedActivity(history, activity, signal);
          try {
            const bytes = await writer.write(read, 'fit', signal);
            yield { name, says: 'An activity', content: one(bytes), count: () => 1 };
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
            leftOut.push({ name, why: error.message });
          }
        }
        if (page.length < PAGE) return;
        after = page[page.length - 1];
      }
    }

    async function* files(): AsyncGenerator<ExportedFile> {
      const tables = await tablesOfPeople(database);
      const stored = await samples.files(owner.athlete, signal);
      // Activities are a third of it; how many there are is not known before.
      const step = 2 / 3 / (tables.length + stored.length + 2);
      let share = 0;
      const done = () => {
        share += step;
        return onProgress(share);
      };
      for (const table of tables) {
        signal.throwIfAborted();
        yield jsonFile(`database/${table.table}.json`, 'Rows of a table', rowsOfPerson(database, table, owner));
        await done();
      }
      yield await productEvents(owner, signal);
      await done();
      yield racesOf(owner);
      await done();
      yield* photos(owner.account);
      for (const file of stored) {
        signal.throwIfAborted();
        yield file;
        await done();
      }
      yield* activityFiles();
      await onProgress(1);
    }

    return { files: files(), leftOut };
  };
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
