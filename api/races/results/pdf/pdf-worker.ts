import { parentPort, workerData } from 'node:worker_threads';
import { type ResultsDocument, resultsPdf } from './results-pdf.ts';

/** The entry of a thread that writes the results of one race, a page for each message that asks for it. */
const pages = resultsPdf(workerData as ResultsDocument);
parentPort?.on('message', () => {
  const { value, done } = pages.next();
  parentPort?.postMessage(done ? null : value);
});
