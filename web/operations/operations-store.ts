import { signal } from '@preact/signals';
import type { Operations } from '../../schemas/operations.ts';
import { type Point, Trail } from './trail.ts';

/** Everything that the page of operators shows. */
export const operations = signal<Operations | null>(null);
/** When the last answer came, by this clock; the age of what is shown counts from here. */
export const heardMs = signal<number | null>(null);
export const nowMs = signal(Date.now());
/** Why there is no newer answer. */
export const trouble = signal<{ kind: 'away' } | { kind: 'unwell'; why: string } | null>(null);
/** True when the token, or its lack, is what the API refuses: a person has to give one. */
export const isRefused = signal(false);
/** Of what the server keeps no past: waiting messages by consumer. */
export const trails = signal<ReadonlyMap<string, readonly Point[]>>(new Map());

const EVERY_MS = 2_000;
const ANSWER_WITHIN_MS = 8_000;
const REFUSALS = new Set([401, 403]);

/** Asks every two seconds while the page is seen, one question at a time, until the token is refused. */
export function watchOperations(token: string): void {
  const kept = new Map<string, Trail>();
  const headers: HeadersInit = token === '' ? {} : { authorization: `Bearer ${token}` };
  let isAsking = false;

  function note(answer: Operations): void {
    operations.value = answer;
    heardMs.value = Date.now();
    trouble.value = null;
    for (const { stream, consumer, waitingMessages } of answer.consumers ?? []) {
      const name = trailName(stream, consumer);
      const trail = kept.get(name) ?? new Trail();
      // Durables are few; this bounds what a server that makes up names could do.
      if (kept.size < 100) kept.set(name, trail);
      trail.add(answer.atMs, waitingMessages);
    }
    trails.value = new Map([...kept].map(([name, { points }]) => [name, points]));
  }

  async function ask(): Promise<void> {
    const answer = await fetch('/v1/operations', {
      ...{ headers, cache: 'no-store', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) },
    });
    if (answer.ok) return note((await answer.json()) as Operations);
    if (REFUSALS.has(answer.status)) {
      isRefused.value = true;
      return;
    }
    const { title } = (await answer.json().catch(() => ({}))) as { title?: string };
    trouble.value = { kind: 'unwell', why: title ?? `HTTP ${answer.status}` };
  }

  async function look(): Promise<void> {
    if (isAsking || isRefused.value || document.hidden) return;
    isAsking = true;
    try {
      await ask();
    } catch {
      // Out of reach, or an answer that was cut off: the page says so, and asks again.
      trouble.value = { kind: 'away' };
    } finally {
      isAsking = false;
    }
  }

  void look();
  setInterval(() => void look(), EVERY_MS);
  document.addEventListener('visibilitychange', () => void look());
  setInterval(() => {
    nowMs.value = Date.now();
  }, 1_000);
}

export const trailName = (stream: string, consumer: string) => `${stream} ${consumer}`;
