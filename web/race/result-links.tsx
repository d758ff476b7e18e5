import { say } from './language.ts';
import { race } from './race-store.ts';

const FORMATS = ['pdf', 'csv', 'json'] as const;

/** The results as they are now, as files; of a race that has begun. */
export function ResultLinks({ hasBegun }: { hasBegun: boolean }) {
  const shown = race.value;
  if (shown === null || !hasBegun) return null;
  return (
    <p class="result-files">
      <span>{say('resultFiles')}</span>
      {FORMATS.map((format) => (
        <a key={format} href={`/v1/races/${shown.id}/results?format=${format}`} target="_blank" rel="noreferrer">
          {format.toUpperCase()}
        </a>
      ))}
    </p>
  );
}
