import { render } from 'preact';
import '../page.css';
import './race.css';
import { startLanguage } from './language.ts';
import { RacePage } from './race-page.tsx';
import { followRaceAddress } from './race-place.ts';
import { watchRaces } from './race-store.ts';
import { watchReplay } from './replay.ts';
import { followWidth } from './width.ts';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
startLanguage();
followRaceAddress();
followWidth();
watchRaces();
watchReplay();
render(<RacePage />, root);
