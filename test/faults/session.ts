import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSilentLog } from '../../runtime/log.ts';
import { openPlatform, platformOptions } from '../../runtime/nats/platform.ts';
import { readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import { recordFrames } from '../model/recorder.ts';
import { type PartName, startDeployment } from './deployment.ts';

export interface SessionPlan {
  readonly hasDisks: boolean;
  /** Keeps the engines' folders, with all logs, and says where. */
  readonly keepsFiles?: boolean;
}

/** A part that ended although nobody asked it to. */
export interface Loss {
  readonly part: PartName;
  readonly words: string;
}

/** A deployment in a folder of its own, and everything that looks at it from the outside, for one run after another. */
export async function startSession({ hasDisks, keepsFiles = false }: SessionPlan) {
  const dir = await mkdtemp(join(tmpdir(), 'slip-faults-'));
  const log = createSilentLog();
  const release = createReleaseStack({ log });
  const losses: Loss[] = [];
  release.add('the folder', async () => {
    if (keepsFiles) process.stdout.write(`kept in ${dir}\n`);
    else await rm(dir, { recursive: true, force: true });
  });
  try {
    const onLost = (part: PartName, words: string) => void losses.push({ part, words });
    const deployment = await startDeployment({ dir, hasDisks, onLost });
    release.add('the deployment', () => deployment.end(), { timeoutMs: 120_000 });
    const options = { ...readOptions(platformOptions, { argv: [], env: {} }), natsUrls: [deployment.natsUrl] };
    const platform = await openPlatform(options, { name: 'faults', logger: log, release });
    const frames = await platform.frames();
    const recorder = recordFrames(frames, platform.names);
    release.add('the recorder', () => recorder.stop());
    /** By store: what batches hold that it has been told to refuse. */
    const poisons: Record<'questdb' | 'clickhouse', Buffer[]> = { questdb: [], clickhouse: [] };
    return {
      deployment,
      platform,
      frames,
      recorder,
      poisons,
      /** What has ended by itself so far; the answer is the caller's. */
      takeLosses: (): Loss[] => losses.splice(0),
      /** Gives the frame stream another limit, from what it holds now; services that start later say the same. */
      async resizeStream(limitOf: (bytes: number) => number): Promise<void> {
        deployment.framesMaxBytes = limitOf((await frames.info()).bytes);
        const resized = { ...options, framesMaxBytes: deployment.framesMaxBytes };
        await (await openPlatform(resized, { name: 'faults', logger: log, release })).frames();
      },
      end: () => release.release(),
    };
  } catch (error) {
    await release.release();
    throw error;
  }
}
export type Session = Awaited<ReturnType<typeof startSession>>;
