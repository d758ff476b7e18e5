import { StartError } from '../../runtime/service.ts';
import type { ReviewFinding } from '../../schemas/review.ts';

const ANSWER_TIMEOUT_MS = 10_000;

/**
 * The queue of the review, as the race's organiser reads it; a deployment that checks no tokens needs none. Throws
 * StartError when it cannot be read.
 */
export async function readReviews(
  apiUrl: string,
  race: string,
  token: string | null,
  signal: AbortSignal,
): Promise<readonly ReviewFinding[]> {
  const response = await fetch(`${apiUrl}/v1/races/${race}/reviews`, {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
  });
  const answer = (await response.json()) as { findings?: ReviewFinding[]; title?: string };
  if (answer.findings === undefined) {
    throw new StartError(`the reviews of ${race} cannot be read: ${answer.title ?? `HTTP ${response.status}`}`);
  }
  return answer.findings;
}
