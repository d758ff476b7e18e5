import type { Deployment } from '../../deployment/deployment.ts';
import { type LoadProcess, startLoad } from '../../deployment/load-process.ts';
import type { ScenarioDeps } from '../../scenario.ts';

const DAY_S = 86_400;

/**
 * Starts the processes of one load, all devices and the rate shared out among them. They go on until they are told to
 * finish. Their samples begin so many days ago.
 */
export function startLoads(
  prefix: string,
  beginsDaysAgo: number,
  deployment: Deployment,
  { options, release }: ScenarioDeps,
): LoadProcess[] {
  return Array.from({ length: options.loads }, (_, i) => {
    const name = options.loads === 1 ? prefix : `${prefix}-${i + 1}`;
    const upTo = (n: number) => Math.floor((options.devices * n) / options.loads);
    const load = {
      protocols: options.protocol,
      devices: upTo(i + 1) - upTo(i),
      framesPerS: options.offeredSamplesPerS / options.samplesPerFrame / options.loads,
      frames: 0,
      window: options.window,
      samplesPerFrame: options.samplesPerFrame,
      sampleGapMs: options.sampleGapMs,
      spanS: beginsDaysAgo * DAY_S,
    };
    return startLoad(name, deployment, load, release);
  });
}
