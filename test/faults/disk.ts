import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';

const MIB = 1024 * 1024;

/** A small disk of its own, in memory, under one folder. */
export interface Disk {
  readonly usedBytes: number;
  /** Nothing more fits on it. */
  fill(): void;
  /** It is as large as it was again. */
  free(): void;
  remove(): void;
}

/**
 * Mounts one at `dir`. Needs a mount namespace of its own (`unshare -Urm`): nobody else sees it, and it goes away with
 * its processes. Throws where mounting is not allowed.
 */
export function mountDisk(dir: string, sizeMib: number): Disk {
  mkdirSync(dir, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'tmpfs', dir);
  const usedBytes = () => {
    const { blocks, bfree, bsize } = statfsSync(dir);
    return (blocks - bfree) * bsize;
  };
  const resize = (size: string) => run('mount', '-o', `remount,size=${size}`, dir);
  return {
    get usedBytes() {
      return usedBytes();
    },
    fill() {
      // What is written in between makes the new size too small, which the kernel refuses.
      for (let marginBytes = 0; ; marginBytes += MIB / 4) {
        try {
          return resize(String(usedBytes() + marginBytes));
        } catch (error) {
          if (marginBytes > 64 * MIB) throw error;
        }
      }
    },
    free: () => resize(`${sizeMib}m`),
    remove: () => run('umount', '-l', dir),
  };
}

function run(command: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
