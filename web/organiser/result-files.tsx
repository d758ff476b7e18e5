import { useState } from 'preact/hooks';
import { saveFile } from '../save-file.ts';
import { desk } from './desk-place.ts';
import { api } from './desk-store.ts';
import { Trouble } from './problem-text.tsx';
import { tell } from './tell.ts';

/** The results as they are now, as files. */
export function ResultFiles() {
  const [trouble, setTrouble] = useState<unknown>(null);
  async function fetchFile(format: string): Promise<void> {
    const { race } = desk.peek();
    setTrouble(null);
    try {
      saveFile(await api.results(race, format), `${race}-results.${format}`);
    } catch (error) {
      setTrouble(error);
    }
  }
  return (
    <section aria-labelledby="results">
      <h2 id="results">{tell('results')}</h2>
      <p class="formats">
        {['pdf', 'csv', 'json'].map((format) => (
          <button key={format} type="button" onClick={() => void fetchFile(format)}>
            {tell('resultsAs', { format: format.toUpperCase() })}
          </button>
        ))}
      </p>
      <Trouble error={trouble} />
    </section>
  );
}
