import { render } from 'preact';
import '../page.css';
import '../shell.css';
import './app.css';
import { startLanguage } from '../race/language.ts';
import { followSession } from '../session.ts';
import { startUnits } from '../units.ts';
import { AppPage } from './app-page.tsx';
import { followAppAddress } from './app-place.ts';
import { followDrafts } from './drafts.ts';
import { followLiveNow } from './live-now.ts';
import { followNetwork } from './network.ts';
import { followProfile } from './own-profile.ts';
import { followUploads } from './uploads.ts';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
startLanguage();
startUnits();
followSession();
followNetwork();
followAppAddress();
followDrafts();
followProfile();
followLiveNow();
followUploads();
render(<AppPage />, root);
// Without one (another browser, an address without https) the application still works, but not offline.
if ('serviceWorker' in navigator) void navigator.serviceWorker.register('/service-worker.js', { scope: '/app' });
