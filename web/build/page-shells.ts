import { join } from 'node:path';
import type { Plugin } from 'vite';

/** What the document of a page says before any of its script runs. */
interface Shell {
  readonly title: string;
  readonly description: string;
  /** Of what it cannot do where JavaScript is switched off. */
  readonly without: string;
  /** In `web/`. */
  readonly entry: string;
  /** It shows a map, and the server tells it where tiles come from. */
  readonly hasMap: boolean;
}

/** By the name of the built file. */
export const SHELLS: Readonly<Record<string, Shell>> = {
  'index.html': {
    title: 'Slipstream: live activity',
    description: 'A live activity: map, numbers, charts, zones and splits.',
    without: 'This page draws a live activity with JavaScript, which is switched off.',
    ...{ entry: 'main.tsx', hasMap: true },
  },
  'race.html': {
    title: 'Slipstream: live race',
    description: 'A race, live: board, map, elevation profile, splits and predicted finishes.',
    without: 'This page draws a live race with JavaScript, which is switched off.',
    ...{ entry: 'race/main.tsx', hasMap: true },
  },
  'organiser.html': {
    title: 'Slipstream: organiser',
    description: 'The desk of an organiser: races, acts, reviews, audit.',
    without: 'This page is drawn with JavaScript, which is switched off.',
    ...{ entry: 'organiser/main.tsx', hasMap: false },
  },
  'operations.html': {
    title: 'Slipstream: operations',
    description: 'How the platform stands: flows, lags, ledger, dead letters, connections and engines.',
    without: 'This page shows how the platform stands with JavaScript, which is switched off.',
    ...{ entry: 'operations/main.tsx', hasMap: false },
  },
  'progress.html': {
    title: 'Slipstream: progress',
    description: "An athlete's progress: this week, month and year against the last, form, records and years.",
    without: "This page shows an athlete's progress with JavaScript, which is switched off.",
    ...{ entry: 'progress/main.tsx', hasMap: false },
  },
  'product.html': {
    title: 'Slipstream: what people do',
    description: 'For administrators: from signing up to logging regularly, who stays, and who is active.',
    without: 'This page shows what people do with Slipstream with JavaScript, which is switched off.',
    ...{ entry: 'product/main.tsx', hasMap: false },
  },
};

/** The documents of the pages, which are no files: Vite takes each as if it lay in `web`. */
export function pageShells(web: string): Plugin {
  const shells = new Map(Object.entries(SHELLS).map(([name, shell]) => [join(web, name), shell]));
  return {
    name: 'page-shells',
    enforce: 'pre',
    resolveId: (id) => (shells.has(id) ? id : null),
    load(id) {
      const shell = shells.get(id);
      return shell === undefined ? null : htmlOf(shell);
    },
  };
}

function htmlOf({ title, description, without, entry, hasMap }: Shell): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="description" content="${description}" />
${hasMap ? '    <meta name="map-style" content="" />\n' : ''}    <link rel="icon" href="data:," />
    <title>${title}</title>
  </head>
  <body>
    <div id="app"></div>
    <noscript>${without}</noscript>
    <script type="module" src="./${entry}"></script>
  </body>
</html>
`;
}
