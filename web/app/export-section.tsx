import { useEffect, useState } from 'preact/hooks';
import { dateAndTimeIn } from '../format.ts';
import { language } from '../race/language.ts';
import { session } from '../session.ts';
import * as api from './export-api.ts';
import { Field, Form, Trouble } from './form.tsx';
import { tell } from './tell.ts';

/** While something is written it is looked again so often. */
const LOOK_MS = 2_000;
const isOpen = ({ state }: api.OwnExport) => state === 'waiting' || state === 'writing';

/** All that is kept of one as a file: asked for, how far it is, and where it is. */
export function ExportSection() {
  const [exports, setExports] = useState<readonly api.OwnExport[]>([]);
  const [wrong, setWrong] = useState<unknown>(null);
  const look = () => api.readExports().then(setExports, setWrong);
  const isWriting = exports.some(isOpen);
  useEffect(() => void look(), []);
  useEffect(() => {
    if (!isWriting) return;
    const looking = setInterval(() => void look(), LOOK_MS);
    return () => clearInterval(looking);
  }, [isWriting]);
  return (
    <section aria-labelledby="export">
      <h2 id="export">{tell('ownExport')}</h2>
      <p>{tell('ownExportHow')}</p>
      <ul class="rows">
        {exports.map((one) => (
          <li key={one.id} data-export={one.state}>
            <ExportRow {...{ one, onWrong: setWrong }} />
          </li>
        ))}
      </ul>
      {!isWriting && (
        <details>
          <summary>{tell('askExport')}</summary>
          <Form
            action={tell('askExport')}
            onSend={async (fields) => {
              await api.askExport(String(fields.get('password')));
              await look();
            }}
          >
            {/* So that what keeps passwords knows whose it is. */}
            <input name="username" autocomplete="username" value={session.value?.email ?? ''} readOnly hidden />
            <Field
              {...{ label: tell('currentPassword'), name: 'password', type: 'password', required: true }}
              autocomplete="current-password"
            />
          </Form>
        </details>
      )}
      <Trouble error={wrong} />
    </section>
  );
}

function ExportRow({ one, onWrong }: { one: api.OwnExport; onWrong: (error: unknown) => void }) {
  const said = (atMs: number) => dateAndTimeIn(language.value, atMs);
  const when = said(one.createdMs);
  if (one.state === 'failed') return <span>{tell('exportFailed', { when })}</span>;
  if (one.state !== 'ready') {
    return (
      <span>
        {tell('exportWriting', { when })}{' '}
        <progress value={one.progress} aria-label={tell('exportProgress', { when })} />
      </span>
    );
  }
  async function download(): Promise<void> {
    await api.renewBefore(one);
    location.assign(api.fileOf(one));
  }
  return (
    <>
      <span role="status">{tell('exportReady', { when, until: said(one.expiresMs ?? 0) })}</span>
      <button type="button" onClick={() => void download().catch(onWrong)}>
        {tell('exportDownload', { mb: Math.max(0.1, Math.round(one.bytes / 1e5) / 10) })}
      </button>
    </>
  );
}
