import { useState } from 'preact/hooks';
import type { ActivityRecord } from '../schemas/activity.ts';
import { download } from './store.ts';

const FORMATS = { fit: 'FIT', gpx: 'GPX', tcx: 'TCX', csv: 'CSV', parquet: 'Parquet' } as const;

/** The activity as a file for other programs. */
export function Downloads({ activity: { id, status } }: { activity: ActivityRecord }) {
  const [said, say] = useState('');
  async function save(format: keyof typeof FORMATS): Promise<void> {
    say(`The ${FORMATS[format]} file is being written …`);
    try {
      await download(id, format);
      say('');
    } catch (error) {
      say(`${FORMATS[format]}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return (
    <section aria-labelledby="download">
      <h2 id="download">Download{status === 'live' ? ' what there is so far' : ''}</h2>
      <p class="formats">
        {Object.entries(FORMATS).map(([format, name]) => (
          <button key={format} type="button" onClick={() => void save(format as keyof typeof FORMATS)}>
            {name}
          </button>
        ))}
      </p>
      <p role="status" class="none">
        {said}
      </p>
    </section>
  );
}
