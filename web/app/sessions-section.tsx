import { useEffect, useState } from 'preact/hooks';
import { dateAndTimeIn } from '../format.ts';
import { language } from '../race/language.ts';
import { endSession, type OpenSession, readSessions } from './account-api.ts';
import { Trouble } from './form.tsx';
import { tell } from './tell.ts';

/** Every open session of the account, and how to end one. */
export function SessionsSection() {
  const [sessions, setSessions] = useState<readonly OpenSession[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const [said, say] = useState('');

  async function readMore(cursor: string | null): Promise<void> {
    const page = await readSessions(cursor);
    setSessions((before) => [...(cursor === null ? [] : (before ?? [])), ...page.sessions]);
    setNext(page.next);
  }

  async function end(id: string): Promise<void> {
    await endSession(id);
    setSessions((before) => (before ?? []).filter((one) => one.id !== id));
    say(tell('sessionEnded'));
  }

  const attempt = (act: Promise<void>) => void act.then(() => setWrong(null), setWrong);
  useEffect(() => attempt(readMore(null)), []);
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">{tell('sessions')}</h2>
      {sessions === null && wrong === null && <p>{tell('loading')}</p>}
      <ul class="rows">
        {(sessions ?? []).map((one) => (
          <li key={one.id}>
            <SessionRow session={one} onEnd={() => attempt(end(one.id))} />
          </li>
        ))}
      </ul>
      {next !== null && (
        <button type="button" onClick={() => attempt(readMore(next))}>
          {tell('showMore')}
        </button>
      )}
      <p role="status">{said}</p>
      <Trouble error={wrong} />
    </section>
  );
}

function SessionRow({ session, onEnd }: { session: OpenSession; onEnd: () => void }) {
  const agent = agentName(session.agent);
  const when = dateAndTimeIn(language.value, session.seenMs);
  return (
    <>
      <span>
        <strong>{agent}</strong> {session.isCurrent && <span class="badge">{tell('sessionHere')}</span>}
        <small>{tell('sessionSeen', { when, address: session.address })}</small>
      </span>
      {!session.isCurrent && (
        <button type="button" aria-label={tell('sessionEndOf', { agent })} onClick={onEnd}>
          {tell('sessionEnd')}
        </button>
      )}
    </>
  );
}

const BROWSERS = ['Firefox', 'Edg', 'OPR', 'YaBrowser', 'Chrome', 'Safari'];
const SYSTEMS = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'];
const FULL_NAMES: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera', YaBrowser: 'Yandex' };

/** `Firefox, Linux` of what a browser says of itself; another program's own name. */
export function agentName(agent: string): string {
  const browser = BROWSERS.find((name) => agent.includes(`${name}/`));
  if (browser === undefined) return agent === '' ? tell('unknownAgent') : agent.slice(0, 40);
  const system = SYSTEMS.find((name) => agent.includes(name));
  return [FULL_NAMES[browser] ?? browser, system].filter(Boolean).join(', ');
}
