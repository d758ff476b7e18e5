import { parentPort, workerData } from 'node:worker_threads';
import { writeActivityFile } from '../../../files/write-activity-file.ts';
import type { WriteTask } from './file-writing.ts';

/** The entry of a thread that writes one file and ends. */
const { activity, format } = workerData as WriteTask;
parentPort?.postMessage(writeActivityFile(activity, format));
