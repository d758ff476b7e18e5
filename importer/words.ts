import type { HealthVerdict, ImportedActivity, Verdict } from '../files/import-verdict.ts';
import { FILE_REASONS } from '../files/reasons.ts';

const count = (n: number, one: string, many = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/** The verdict on a file as people read it: a line, then one for each thing to know. */
export function inWords(file: string, verdict: Verdict): string {
  if (verdict.kind === 'refused') {
    const detail = verdict.detail === '' ? '' : ` (${verdict.detail})`;
    return `refused   ${file}: ${FILE_REASONS[verdict.reason].text}${detail}\n`;
  }
  if (verdict.kind === 'health') return healthInWords(file, verdict);
  return verdict.activities.map((activity) => activityInWords(file, activity)).join('');
}

function activityInWords(file: string, activity: ImportedActivity): string {
  const { sports, samples, beats, startMs, endMs, damage, ignored, sent } = activity;
  const minutes = Math.round((endMs - startMs) / 60_000);
  const from = new Date(startMs).toISOString().slice(0, 16).replace('T', ' ');
  const lines = [
    `imported  ${file}: ${sports.join(', ')}, ${from} UTC, ${minutes} min, ${count(samples, 'sample')}${
      beats === 0 ? '' : `, ${count(beats, 'heart beat')}`
    }`,
    ...damage.map(
      (one) => `  damaged   ${FILE_REASONS[one.reason].text}${one.count > 1 ? ` (${one.count} times)` : ''}`,
    ),
    ...Object.entries(sent.dead).map(([reason, frames]) => `  not taken ${count(frames, 'frame')}: ${reason}`),
  ];
  const names = Object.keys(ignored);
  if (names.length > 0) lines.push(`  left out  ${names.join(', ')}: no channels of ours`);
  return `${lines.join('\n')}\n`;
}

function healthInWords(file: string, { records, workouts, notTaken, damage, sent }: HealthVerdict): string {
  const lines = [
    `imported  ${file}: ${count(records, 'record')} of a health store, ${count(workouts, 'workout')}`,
    ...damage.map(({ reason, count: times }) => `  damaged   ${FILE_REASONS[reason].text} (${count(times, 'time')})`),
    ...Object.entries(sent.dead).map(([reason, frames]) => `  not taken ${count(frames, 'frame')}: ${reason}`),
    ...Object.entries(notTaken).map(([type, records]) => `  left out  ${count(records, 'record')} of ${type}`),
  ];
  return `${lines.join('\n')}\n`;
}
