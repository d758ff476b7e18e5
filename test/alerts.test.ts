import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { REASON_NAMES, REASONS } from '../schemas/reasons.ts';
import { ALERT_CASES, type AlertCase, AT_MINUTES } from './alerts/cases.ts';
import { CONFIG_FILE, PROMTOOL, RULES_FILE, RUNBOOK_FILE, readBoardQueries, readRules } from './alerts/rules.ts';

const noPromtool = existsSync(PROMTOOL)
  ? false
  : "Debian's prometheus is not there: node stack/setup.js --with-test-tools";
const dir = mkdtempSync(join(tmpdir(), 'slip-alerts-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const rules = readRules();
const names = rules.map(({ alert }) => alert);

function promtool(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(PROMTOOL, args, { encoding: 'utf8', timeout: 120_000 });
  assert.equal(status, 0, `promtool ${args.join(' ')}:\n${stdout}${stderr}`);
}

test('every alert has a case that fires it, and no case is of an alert that is not there', () => {
  assert.deepEqual(
    ALERT_CASES.map(({ alert }) => alert),
    names,
  );
});

test('the rules and the configuration are ones that Prometheus takes', { skip: noPromtool }, () => {
  promtool('check', 'rules', RULES_FILE);
  promtool('check', 'config', CONFIG_FILE);
});

/**
 * What promtool is asked about one case: its series are well first and bad from then on; no alert of this name fires in
 * the first part, and this one alone in the second.
 */
function testOf({ alert, severity, labels, well, bad }: AlertCase) {
  const missing = `_x${AT_MINUTES}`;
  const series = [...new Set([...Object.keys(well), ...Object.keys(bad)])];
  const values = (one: string) => `${well[one] ?? missing} ${bad[one] ?? missing}`;
  const all = Object.entries({ alertname: alert, alertstate: 'firing', severity, ...labels });
  const text = `ALERTS{${all.map(([name, value]) => `${name}="${value}"`).join(',')}}`;
  const expr = `ALERTS{alertname="${alert}",alertstate="firing"}`;
  return {
    interval: '1m',
    input_series: series.map((one) => ({ series: one, values: values(one) })),
    promql_expr_test: [
      { expr, eval_time: `${AT_MINUTES}m`, exp_samples: [] },
      { expr, eval_time: `${2 * AT_MINUTES}m`, exp_samples: [{ labels: text, value: 1 }] },
    ],
  };
}

test('every alert fires when it should and is silent while all is well', { skip: noPromtool }, () => {
  const file = join(dir, 'cases.json');
  const tests = ALERT_CASES.map(testOf);
  writeFileSync(file, JSON.stringify({ rule_files: [RULES_FILE], evaluation_interval: '1m', tests }));
  promtool('test', 'rules', file);
});

test('a case that does not hold is found', { skip: noPromtool }, () => {
  const file = join(dir, 'wrong.json');
  const [one] = ALERT_CASES;
  const tests = [testOf({ ...one, bad: one.well })];
  writeFileSync(file, JSON.stringify({ rule_files: [RULES_FILE], evaluation_interval: '1m', tests }));
  assert.throws(() => promtool('test', 'rules', file), /ProcessDown.*got: nil/s);
});

test("what an alert says names what it is about, in words that Prometheus' templates give", {
  skip: noPromtool,
}, () => {
  const file = join(dir, 'words.json');
  const series = { series: 'slipstream_sink_behind_ms{store="questdb"}', values: '90000x10' };
  const annotations = {
    summary: 'questdb lacks frames that are 90k ms old',
    runbook: 'docs/operations.md#sinkbehind',
  };
  const expected = { exp_labels: { store: 'questdb', severity: 'page' }, exp_annotations: annotations };
  const asked = { alertname: 'SinkBehind', eval_time: '5m', exp_alerts: [expected] };
  const tests = [{ interval: '1m', input_series: [series], alert_rule_test: [asked] }];
  writeFileSync(file, JSON.stringify({ rule_files: [RULES_FILE], evaluation_interval: '1m', tests }));
  promtool('test', 'rules', file);
});

test('every alert leads to its entry in the runbook, and the runbook to nothing else', () => {
  const text = readFileSync(RUNBOOK_FILE, 'utf8');
  const entries = [...text.matchAll(/^### ([A-Z]\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual(entries, names);
  for (const { alert, annotations, labels } of rules) {
    assert.equal(annotations.runbook, `docs/operations.md#${alert.toLowerCase()}`);
    assert.ok(['page', 'ticket'].includes(labels.severity), `${alert} has no severity`);
  }
  for (const entry of text.split(/^### /m).slice(1)) {
    const [name] = entry.split('\n', 1);
    for (const part of ['It means', 'Look at', 'Do']) assert.ok(entry.includes(`**${part}**`), `${name} lacks ${part}`);
  }
});

test('the reasons in the rules are those of the table', () => {
  const reasonsOf = (alert: string) =>
    rules
      .find((rule) => rule.alert === alert)!
      .expr.match(/reason=~"([^"]+)"/)![1]
      .split('|');
  const dead = REASON_NAMES.filter((reason) => REASONS[reason].outcome === 'dead');
  assert.deepEqual(reasonsOf('DeadLetters'), dead);
  assert.deepEqual(
    reasonsOf('FramesRefused').filter((reason) => !(reason in REASONS)),
    [],
  );
  // A row that is older than the hot store keeps is as it should be; reads of a mat are no frames.
  const others = ['expired_hot', 'reads_left_out'];
  const shed = REASON_NAMES.filter((reason) => REASONS[reason].outcome === 'shed' && !others.includes(reason));
  assert.deepEqual([...reasonsOf('DevicesGiveWay'), ...reasonsOf('FramesShed')], shed);
});

test('every query of the board is one that Prometheus can read', { skip: noPromtool }, () => {
  const queries = readBoardQueries();
  assert.ok(queries.length > 20, `${queries.length} queries`);
  const file = join(dir, 'board.json');
  const recorded = queries.map(({ expr }, i) => ({ record: `board:query${i}`, expr }));
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'board', rules: recorded }] }));
  promtool('check', 'rules', file);
});
