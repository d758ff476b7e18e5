import { decodeHealthBatch } from '../../files/health/health-batch.ts';
import type { SendResult, Verdict } from '../../files/import-verdict.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import type { ImportDeps } from '../import-deps.ts';
import { sendFrames } from '../send-frames.ts';
import { sampleFrames, workoutFrames } from './health-frames.ts';

/** Sends what a phone pushed. Throws SendError when ingest does not take it. */
export async function sendHealthBatch(bytes: Uint8Array, { athlete, send, onProgress }: ImportDeps): Promise<Verdict> {
  const { workouts, samples } = decodeHealthBatch(bytes);
  const nowMs = send.clock.nowMs();
  function* frames(): Generator<SensorFrame> {
    for (const workout of workouts) yield* workoutFrames(athlete, workout, nowMs);
    for (const { origin, content } of samples) yield* sampleFrames(athlete, { origin, ...content });
  }
  const sent = await sendFrames(frames(), { ...send, onAcknowledged: () => undefined });
  onProgress(1);
  return {
    kind: 'health',
    records: samples.length,
    workouts: workouts.length,
    notTaken: {},
    damage: [],
    span: null,
    sent,
  };
}

export const NOTHING_SENT: SendResult = { frames: 0, rows: 0, dead: {} };

export function addSent(a: SendResult, b: SendResult): SendResult {
  const dead = { ...a.dead };
  for (const [reason, frames] of Object.entries(b.dead)) dead[reason] = (dead[reason] ?? 0) + frames;
  return { frames: a.frames + b.frames, rows: a.rows + b.rows, dead };
}
