import { useEffect, useState } from 'preact/hooks';
import { dateAndTimeIn } from '../format.ts';
import { language } from '../race/language.ts';
import { Trouble } from './form.tsx';
import { newsChanges, unread } from './live-now.ts';
import { markRead, type Notification, readNews } from './news-api.ts';
import { tell } from './tell.ts';

/** What one was told, the newest first; new ones appear by themselves. */
export function NewsPage() {
  const [news, setNews] = useState<readonly Notification[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const changed = newsChanges.value;

  async function look(cursor: string | null): Promise<void> {
    const page = await readNews(cursor);
    setNews((before) => [...(cursor === null ? [] : (before ?? [])), ...page.notifications]);
    setNext(page.next);
    unread.value = page.unread;
  }

  async function mark(which: Parameters<typeof markRead>[0]): Promise<void> {
    unread.value = await markRead(which);
    await look(null);
  }

  const attempt = (act: Promise<void>) => void act.then(() => setWrong(null), setWrong);
  useEffect(() => attempt(look(null)), [changed]);
  const newest = news?.[0];
  return (
    <div class="whole history">
      {newest !== undefined && unread.value > 0 && (
        <p>
          <button type="button" onClick={() => attempt(mark({ upTo: newest.id }))}>
            {tell('markAllRead')}
          </button>
        </p>
      )}
      <Trouble error={wrong} />
      {news === null && wrong === null && <p class="empty">{tell('loading')}</p>}
      {news?.length === 0 && <p class="empty">{tell('noNews')}</p>}
      <ul class="list">
        {(news ?? []).map((one) => (
          <li key={one.id}>
            <NewsCard news={one} onOpen={() => one.readMs === null && attempt(mark({ ids: [one.id] }))} />
          </li>
        ))}
      </ul>
      {next !== null && (
        <button type="button" onClick={() => attempt(look(next))}>
          {tell('showOlder')}
        </button>
      )}
    </div>
  );
}

function NewsCard({ news, onOpen }: { news: Notification; onOpen: () => void }) {
  const { title, text, path, eventMs, readMs, withdrawnMs } = news;
  return (
    <a class="card" href={path} onClick={onOpen} data-news={readMs === null ? 'unread' : 'read'}>
      <span class="what">
        {withdrawnMs === null ? <strong>{title}</strong> : <s>{title}</s>}{' '}
        {readMs === null && <span class="badge">{tell('newOne')}</span>}
      </span>
      <time dateTime={new Date(eventMs).toISOString()}>{dateAndTimeIn(language.value, eventMs)}</time>
      {text !== '' && <span class="sum notes">{text}</span>}
      {withdrawnMs !== null && <span class="sum">{tell('withdrawn')}</span>}
    </a>
  );
}
