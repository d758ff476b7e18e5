import { readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second towards programs, whatever its own clock does. */
const US_PER_TICK = 10_000;
/** Fields of /proc/<pid>/stat behind the name, which may hold blanks itself: state is the first of them. */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** CPU time that a process has used until now, all its threads together, µs. Throws when it is gone. */
export function cpuTimeUs(pid: number): number {
  return cpuTimeUsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

export function cpuTimeUsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * US_PER_TICK;
}

/** CPU time that the whole machine has used until now, all cores together, µs; what a host took away counts as used. */
export function machineCpuTimeUs(): number {
  return machineCpuTimeUsOf(readFileSync('/proc/stat', 'utf8'));
}

export function machineCpuTimeUsOf(stat: string): number {
  const [user, nice, system, , , irq, softirq, steal] = stat.split('\n', 1)[0].split(/ +/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * US_PER_TICK;
}

/**
 * Bytes that a process made dirty for the disk until now, by files that it wrote and by those that it has mapped; the
 * kernel writes them later. Undefined for another user's process, which may not be asked. Throws when it is gone.
 */
export function writtenBytes(pid: number): number | undefined {
  try {
    return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))![1]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  }
}
