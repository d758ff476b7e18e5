import type { Clock } from '../../runtime/clock.ts';
import type { Races } from '../../runtime/races.ts';
import type { BoardRow } from '../../schemas/board.ts';
import { whoIs } from '../../schemas/public-board.ts';
import type { Race } from '../../schemas/race.ts';
import { latestOf } from '../races/answer.ts';
import type { BoardSource } from '../races/board-source.ts';
import { isPublic } from '../races/known-race.ts';
import { escaped, type PageFile, pageFileOf } from './page-files.ts';

export interface RacePageDeps {
  readonly races: Pick<Races, 'get' | 'all'>;
  readonly boards: Pick<BoardSource, 'read'>;
  readonly clock: Clock;
  /** As it was built, with nothing in it. */
  readonly page: PageFile;
}

/** As many as a desktop shows at once. */
const ROWS = 20;
/** A page that waits longer is better without rows. */
const BOARD_WITHIN_MS = 200;
/** A crowd that opens the page costs one drawing a second. */
const KEPT_MS = 1_000;
const MAX_KEPT = 200;
const ROOT = '<div id="app"></div>';

/**
 * The page of a race, or with '' of all, with what it shows before its script runs: the name of the race and the first
 * rows of its board, in words that are the same in every language. On a slow network the script comes a turn later; it
 * draws the same rows with all that belongs to them, and takes the place of these. Of a race that nobody may see it is
 * the page as it was built, whose script says so.
 */
export function createRacePage({ races, boards, clock, page }: RacePageDeps): (id: string) => Promise<PageFile> {
  const html = page.bytes.toString();
  const kept = new Map<string, { readonly untilMs: number; readonly file: Promise<PageFile> }>();

  async function draw(race: Race | null): Promise<PageFile> {
    const screen = race === null ? listOf(latestOf(races.all())) : boardOf(race, await firstRows(race.id));
    if (screen === null) return page;
    return pageFileOf('.html', Buffer.from(html.replace(ROOT, () => `<div id="app">${screen}</div>`)));
  }

  async function firstRows(id: string): Promise<readonly BoardRow[]> {
    const late = Promise.withResolvers<null>();
    const timer = clock.setTimer(() => late.resolve(null), BOARD_WITHIN_MS);
    const board = await Promise.race([boards.read(id), late.promise]);
    timer.cancel();
    return [...(board?.rows.values() ?? [])].slice(0, ROWS);
  }

  return async (id) => {
    const race = id === '' ? null : races.get(id);
    if (id !== '' && !isPublic(race)) return page;
    const nowMs = clock.nowMs();
    const known = kept.get(id);
    if (known !== undefined && known.untilMs > nowMs) return known.file;
    kept.delete(id);
    for (const oldest of kept.keys()) {
      if (kept.size < MAX_KEPT) break;
      kept.delete(oldest);
    }
    const file = draw(race);
    kept.set(id, { untilMs: nowMs + KEPT_MS, file });
    return file;
  };
}

function boardOf(race: Race, rows: readonly BoardRow[]): string {
  const lines = rows.map(({ bib, rank, positionM }) => {
    const who = whoIs(bib, race);
    const about = [bib, who?.club, who?.country].filter(Boolean).join(' · ');
    const address = escaped(`/races/${race.id}?athlete=${bib}`);
    const name = `<a href="${address}">${escaped(who?.name ?? bib)}</a><small>${escaped(about)}</small>`;
    const km = positionM === null ? '–' : (positionM / 1_000).toFixed(2);
    return `<tr><td class="rank">${rank ?? '–'}</td><th scope="row" class="who">${name}</th><td>${km}</td></tr>`;
  });
  const table = lines.length === 0 ? '' : `<table class="places"><tbody>${lines.join('')}</tbody></table>`;
  const columns = `<div class="column scene"></div><div class="column"><section class="board">${table}</section></div>`;
  return `<div class="race"><header><h1>${escaped(race.name)}</h1></header><main>${columns}</main></div>`;
}

/** Null when there is none. */
function listOf(races: ReturnType<typeof latestOf>): string | null {
  if (races.length === 0) return null;
  const items = races.slice(0, ROWS).map(({ id, name }) => {
    return `<li><a class="card" href="/races/${escaped(id)}"><strong>${escaped(name)}</strong></a></li>`;
  });
  return `<div class="race"><main><div class="whole"><ul class="list">${items.join('')}</ul></div></main></div>`;
}
