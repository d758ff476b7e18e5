import { computed, effect, signal } from '@preact/signals';
import { render } from 'preact';
import '../page.css';
import './race.css';
import { startLanguage } from './language.ts';
import { startRaceUnits } from './measures.ts';
import { RacePage } from './race-page.tsx';
import { at, followRaceAddress } from './race-place.ts';
import { isMissing, link, race, races, rows, watchRaces } from './race-store.ts';
import { watchReplay } from './replay.ts';
import { followWidth } from './width.ts';

/** What the server drew is better than an empty page for so long. */
const STANDS_MS = 3_000;

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
startLanguage();
startRaceUnits();
followRaceAddress();
followWidth();
watchRaces();
watchReplay();
drawWhenReady(root);

/** The names that the server drew stand until the page knows as much; of nothing the page begins at once. */
function drawWhenReady(place: HTMLElement): void {
  const hasWaited = signal(place.firstElementChild === null);
  if (!hasWaited.value) setTimeout(() => (hasWaited.value = true), STANDS_MS);
  const isKnown = computed(() => {
    if (at.value.race === '') return races.value !== null;
    return isMissing.value || link.value.kind === 'refused' || (race.value !== null && rows.value !== null);
  });
  const isReady = computed(() => hasWaited.value || isKnown.value);
  let hasDrawn = false;
  effect(() => {
    if (!isReady.value || hasDrawn) return;
    hasDrawn = true;
    place.replaceChildren();
    render(<RacePage />, place);
  });
}
