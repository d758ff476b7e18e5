import { CHANNELS, RR_CHANNEL } from '../../schemas/channels.ts';
import { type RecordedActivity, wholeSession } from '../activity.ts';
import { DamageCounts, RefusedFileError } from '../reasons.ts';
import { createRrBuilder, SeriesBuilder } from '../series.ts';

/** The name of the column of times; the others are those of the channels, in the units of the channel table. */
export const TIME_COLUMN = 'time';
const COLUMN_CHANNELS = [...CHANNELS, RR_CHANNEL];

/** One row of a table: the values of a moment, in the order of `names`; undefined is an empty cell. */
export interface TableRow {
  readonly timeMs: number;
  readonly cells: readonly (number | undefined)[];
}

/** An activity as one table: samples and heart beats in one order of time. A channel without a value has no column. */
export function tableOf({ samples, rr }: RecordedActivity): { names: string[]; rows: () => Generator<TableRow> } {
  const parts = [samples, ...(rr === null ? [] : [rr])];
  const names = COLUMN_CHANNELS.map(({ name }) => name).filter((name) => parts.some(({ columns }) => name in columns));
  const sources = names.map((name) => {
    const part = parts.findIndex(({ columns }) => name in columns);
    const { scale } = COLUMN_CHANNELS.find((channel) => channel.name === name)!;
    return { part, scale, column: parts[part].columns[name] };
  });

  function* rows(): Generator<TableRow> {
    const next = parts.map(() => 0);
    const timeOf = (part: number) => parts[part].timesMs[next[part]] ?? Number.POSITIVE_INFINITY;
    for (;;) {
      const timeMs = Math.min(...parts.map((_, part) => timeOf(part)));
      if (timeMs === Number.POSITIVE_INFINITY) return;
      const isHere = parts.map((_, part) => timeOf(part) === timeMs);
      const cells = sources.map(({ part, scale, column }) =>
        isHere[part] && column.missing[next[part]] === 0 ? column.values[next[part]] / scale : undefined,
      );
      yield { timeMs, cells };
      for (let part = 0; part < parts.length; part++) if (isHere[part]) next[part]++;
    }
  }
  return { names, rows };
}

/** Takes the rows of a table. A column that is no channel's is counted as ignored. */
export function createTableReader(names: readonly string[], nowMs: number) {
  const damage = new DamageCounts();
  const samples = new SeriesBuilder(damage, nowMs);
  const beats = createRrBuilder(damage, nowMs);
  const ignored: Record<string, number> = {};
  const columns = names.map((name) => ({ name, channel: CHANNELS.findIndex((channel) => channel.name === name) }));

  return {
    damage,
    take(timeMs: number, cells: readonly number[]): void {
      const beat = cells[names.indexOf(RR_CHANNEL.name)] ?? Number.NaN;
      const isBeat = !Number.isNaN(beat);
      if (isBeat && beats.begin(timeMs)) beats.set(0, beat * RR_CHANNEL.scale);
      const hasSample = columns.some(({ channel }, i) => channel >= 0 && !Number.isNaN(cells[i]));
      // A time that cannot be is counted once, even where nothing was measured.
      if (!hasSample && isBeat) return;
      if (!samples.begin(timeMs)) return;
      columns.forEach(({ name, channel }, i) => {
        if (Number.isNaN(cells[i])) return;
        if (channel >= 0) samples.set(channel, cells[i] * CHANNELS[channel].scale);
        else if (name !== RR_CHANNEL.name) ignored[name] = (ignored[name] ?? 0) + 1;
      });
    },
    /** `about` is what the file says beside its rows. Throws RefusedFileError when there is no sample. */
    finish(about: Partial<RecordedActivity> = {}): RecordedActivity {
      const series = samples.finish();
      if (series === null) throw new RefusedFileError('no_samples');
      if (about.sessions === undefined) damage.add('no_session');
      const { timesMs } = series;
      return {
        startMs: timesMs[0],
        endMs: timesMs[timesMs.length - 1],
        sessions: [wholeSession(series)],
        laps: [],
        lengths: [],
        events: [],
        devices: [],
        ...about,
        samples: series,
        rr: beats.finish(),
        ignored,
        damage: damage.list(),
      };
    },
  };
}
