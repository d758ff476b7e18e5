import cliProgress from 'cli-progress';

export interface ProgressBar {
  update(done: number, total: number): void;
  stop(): void;
}

/** A bar where somebody watches; nothing otherwise. */
export function createProgressBar(stream: NodeJS.WriteStream): ProgressBar {
  if (!stream.isTTY) return { update: () => undefined, stop: () => undefined };
  const format = '{bar} {percentage}% | {value} of {total} activities | {eta_formatted} to go';
  const bar = new cliProgress.SingleBar({ format, stream, clearOnComplete: true }, cliProgress.Presets.shades_classic);
  bar.start(0, 0);
  return {
    update(done, total) {
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
