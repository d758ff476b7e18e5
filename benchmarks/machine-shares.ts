import { readFileSync } from 'node:fs';

/** What became of the time of all cores, as shares of it; work is the rest. */
export interface MachineShares {
  readonly idle: number;
  /** Idle while a disk was waited for. */
  readonly iowait: number;
  /** Taken by the host for others: a virtual machine is told that. */
  readonly steal: number;
}

/** Starts to look; the answer, called at the end, says what the time went into since. */
export function openMachineShares(): () => MachineShares {
  const before = readFileSync('/proc/stat', 'utf8');
  return () => sharesBetween(before, readFileSync('/proc/stat', 'utf8'));
}

/** From two readings of /proc/stat. All zero when no time has passed between them. */
export function sharesBetween(before: string, after: string): MachineShares {
  const [from, to] = [before, after].map((stat) => stat.split('\n', 1)[0].split(/ +/).slice(1, 9).map(Number));
  const ticks = to.map((value, field) => value - from[field]);
  const all = Math.max(
    1,
    ticks.reduce((sum, value) => sum + value, 0),
  );
  const [, , , idle, iowait, , , steal] = ticks;
  return { idle: idle / all, iowait: iowait / all, steal: steal / all };
}
