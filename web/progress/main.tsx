import { render } from 'preact';
import '../page.css';
import './progress.css';
import { readAccess } from '../kept-access.ts';
import { startLanguage } from '../race/language.ts';
import { AskForAccess, ProgressPage } from './progress-page.tsx';
import { watchProgress } from './progress-store.ts';

/** The same as that of the page of activities, so that one link opens both. */
const KEPT = 'slipstream-access';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
startLanguage();
const access = readAccess(KEPT);
if (access !== null) watchProgress(access);
render(access === null ? <AskForAccess /> : <ProgressPage />, root);
// Another link in the same tab is another person.
addEventListener('hashchange', () => location.reload());
