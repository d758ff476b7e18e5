import { useEffect, useRef, useState } from 'preact/hooks';
import { Trouble } from './form.tsx';
import { type ListedImport, readImports } from './import-api.ts';
import { ImportForm } from './import-form.tsx';
import { ImportRow } from './import-row.tsx';
import { tell } from './tell.ts';
import { uploaded } from './uploads.ts';

/** Those that are opened by themselves, and so asked about again and again. */
const MAX_OPEN = 3;

/** Files that somebody has, and what became of those that they uploaded before. */
export function ImportsPage() {
  return (
    <>
      <ImportForm />
      <ImportList />
    </>
  );
}

/** As the API has them, so that a reload loses nothing. */
function ImportList() {
  const [imports, setImports] = useState<readonly ListedImport[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const arrived = uploaded.value;
  const turn = useRef(0);

  async function look(cursor: string | null): Promise<void> {
    const mine = ++turn.current;
    const page = await readImports(cursor);
    // Another may have been asked for meanwhile.
    if (mine !== turn.current) return;
    setImports((before) => [...(cursor === null ? [] : (before ?? [])), ...page.imports]);
    setNext(page.next);
  }

  const attempt = (act: Promise<void>) => void act.then(() => setWrong(null), setWrong);
  useEffect(() => attempt(look(null)), [arrived]);
  return (
    <section class="whole" aria-labelledby="imports-done">
      <h2 id="imports-done">{tell('importsDone')}</h2>
      {imports === null && wrong === null && <p>{tell('loading')}</p>}
      {imports?.length === 0 && <p>{tell('noImports')}</p>}
      {(imports ?? []).map((one, i) => (
        <ImportRow key={one.id} listed={one} startsOpen={i === 0 || (i < MAX_OPEN && one.endedMs === null)} />
      ))}
      {next !== null && (
        <p>
          <button type="button" onClick={() => attempt(look(next))}>
            {tell('showOlder')}
          </button>
        </p>
      )}
      <Trouble error={wrong} />
    </section>
  );
}
