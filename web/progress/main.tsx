import { render } from 'preact';
import '../page.css';
import '../shell.css';
import './progress.css';
import { startLanguage } from '../race/language.ts';
import { followSession, readOwnAccess } from '../session.ts';
import { startUnits } from '../units.ts';
import { AskForAccess, ProgressPage } from './progress-page.tsx';
import { watchProgress } from './progress-store.ts';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
startLanguage();
startUnits();
followSession();
const access = readOwnAccess();
if (access !== null) watchProgress(access);
render(access === null ? <AskForAccess /> : <ProgressPage />, root);
// Another link in the same tab is another person.
addEventListener('hashchange', () => location.reload());
