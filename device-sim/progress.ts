import cliProgress from 'cli-progress';
import type { Clock } from '../runtime/clock.ts';
import { asJson, type Row } from './report.ts';

/** How far something is: `share` from 0 to 1 (null when there is no end), and numbers worth a look. */
export interface Progress {
  readonly share: number | null;
  readonly rows: readonly Row[];
}

export interface ProgressDisplay {
  stop(): void;
}

const BAR_PERIOD_MS = 200;
const LINE_PERIOD_MS = 1_000;
const STEPS = 1_000;

/** A bar where somebody watches (on standard error), and a JSON line a second for machines that ask for it. */
export function showProgress(
  read: () => Progress,
  { clock, json, out, err }: { clock: Clock; json: boolean; out: NodeJS.WriteStream; err: NodeJS.WriteStream },
): ProgressDisplay {
  const shown = [...(json ? [showLines(read, clock, out)] : []), ...(err.isTTY ? [showBar(read, clock, err)] : [])];
  return {
    stop() {
      for (const one of shown) one.stop();
    },
  };
}

function showLines(read: () => Progress, clock: Clock, out: NodeJS.WriteStream): ProgressDisplay {
  const timer = clock.setRepeating(() => {
    const { share, rows } = read();
    out.write(asJson('progress', [['share', share], ...rows]));
  }, LINE_PERIOD_MS);
  return { stop: () => timer.cancel() };
}

function showBar(read: () => Progress, clock: Clock, err: NodeJS.WriteStream): ProgressDisplay {
  const format = '{bar} {percentage}% | {words}';
  const bar = new cliProgress.SingleBar(
    { format, stream: err, clearOnComplete: true },
    cliProgress.Presets.shades_classic,
  );
  const words = (rows: readonly Row[]) =>
    rows.map(([name, value]) => `${name} ${typeof value === 'number' ? Math.round(value) : value}`).join(', ');
  const update = () => {
    const { share, rows } = read();
    bar.update(Math.round((share ?? 0) * STEPS), { words: words(rows) });
  };
  bar.start(STEPS, 0, { words: '' });
  const timer = clock.setRepeating(update, BAR_PERIOD_MS);
  return {
    stop() {
      timer.cancel();
      update();
      bar.stop();
    },
  };
}
