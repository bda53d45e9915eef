// Speed: first words by work and by model, and the pulse of the last requests.

import { draw as drawCache, saved, share } from './cache.js';
import {
  $, PACES, act, ago, count, h, hourly, once, pace, post, put, seconds, spent, svg,
  toggle,
} from './core.js';

const BARS = 60;

let tables = {};

export function start(refresh) {
  for (const radio of document.getElementsByName('span')) radio.addEventListener('change', draw);
  $('forget').addEventListener('submit', (event) => {
    event.preventDefault();
    if (!confirm('Delete all figures and the list of requests? The proxy goes on counting from'
      + ' zero.')) return;
    act(event.target, async () => {
      await post('/config/figures', { delete: true });
      refresh();
      return 'Deleted.';
    });
  });
}

export function show(stats) {
  tables = stats;
  draw();
}

function draw() {
  const span = [...document.getElementsByName('span')].find((radio) => radio.checked).value;
  const table = tables[span];
  if (!table) return;
  const order = tables.settings.job_names;
  const jobs = table.jobs.toSorted((a, b) => order.indexOf(a.job) - order.indexOf(b.job));
  const { models, play_seconds: played } = table;
  $('by-job').replaceChildren(...jobs.map((row) => bar(row.job, row, played)));
  $('by-model').replaceChildren(...models.slice(0, 40).map((row) => bar(row.model, row, played)));
  drawCache(table.pairs, tables.cache);
  toggle($('speed-empty'), !models.length);
  toggle($('halves'), models.length);
}

// From nothing to 32 s, on a scale that gives the first seconds the room.
const place = (ms) => 100 * Math.log2(1 + Math.min(ms, 32000) / 500) / Math.log2(65);

function bar(name, f, played) {
  const p50 = f.first_token_p50_ms;
  const p95 = f.first_token_p95_ms;
  const words = p50 === null ? 'no first words yet'
    : `half within ${seconds(p50)}, 95 of 100 within ${seconds(p95)}`;
  const grid = [2000, 4000, 8000].map((ms) => svg('rect',
    { x: place(ms), width: 0.25, height: 10, class: 'grid' }));
  const marks = p50 === null ? [] : [
    svg('rect', { x: 0, y: 4.4, width: place(p95), height: 1.2, class: pace(p95) }),
    svg('rect', { x: place(p95) - 0.4, y: 2.5, width: 0.4, height: 5, class: pace(p95) }),
    svg('rect', { x: 0, y: 1.8, width: place(p50), height: 6.4, class: pace(p50) })];
  const wrong = [f.failures ? f.failures + ' failed' : null,
    f.hang_ups ? f.hang_ups + ' hung up' : null].filter(Boolean).join(', ');
  return h('div', { class: 'bar' },
    h('span', { class: 'name', title: name }, name),
    h('span', { class: 'track' }, svg('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none',
      role: 'img', 'aria-label': name + ', first word: ' + words }, grid, marks)),
    h('span', {}, h('b', { class: pace(p50) }, seconds(p50)), ' half, ',
      h('span', { class: pace(p95) }, seconds(p95)), ' most'),
    h('span', { class: 'facts' }, [
      f.requests + (f.requests === 1 ? ' request' : ' requests'), wrong,
      'whole answer ' + seconds(f.total_p50_ms),
      f.tokens_per_second ? f.tokens_per_second.toFixed(0) + ' tokens/s' : null,
      share(f) ? share(f) + ' % cached' : null, saved(f),
      spent(f), hourly(f, played), f.window_percent
        ? Math.round(f.window_percent) + ' % of a plan’s window' : null]
      .filter(Boolean).join(' · ')));
}

// ---- at a glance ----

export function glance(stats, entries) {
  put($('g-running'), stats.running);
  put($('g-last'), entries.length ? 'last request ' + ago(entries[0].when) : 'no request yet');
  if (stats.today) {
    const { total, jobs } = stats.today;
    const spoken = jobs.find((row) => row.job === 'dialogue');
    const p50 = spoken?.first_token_p50_ms ?? null;
    $('g-first').className = pace(p50);
    put($('g-first'), seconds(p50));
    put($('g-pace'), p50 === null ? 'no dialogue yet'
      : PACES[pace(p50)] + '; 95 of 100 within ' + seconds(spoken.first_token_p95_ms));
    put($('g-answered'), count(total.requests - total.failures - total.hang_ups));
    put($('g-failed'), (total.failures ? total.failures + ' failed' : 'none failed')
      + (total.hang_ups ? ', ' + total.hang_ups + ' hung up' : ''));
    $('g-failed').className = total.failures ? 'bad' : '';
    put($('g-tokens'), count(total.prompt_tokens + total.completion_tokens));
    put($('g-cached'), share(total) + ' % from cache');
  }
  pulse(entries.slice(0, BARS).toReversed());
}

function pulse(entries) {
  if (!entries.length) return;
  once($('pulse'), entries.map((e) => e.id), () => [bars(entries)]);
  put($('pulse-words'), 'The last ' + entries.length + ' requests, newest at the right. The higher'
    + ' a bar, the longer the wait for the first word; full height is a failure.');
}

function bars(entries) {
  const failed = entries.filter((e) => e.outcome === 'failed').length;
  const gap = BARS - entries.length;
  const empty = Array.from({ length: gap }, (_, i) => svg('rect',
    { x: i * 4, y: 38, width: 3, height: 2, class: 'none' }));
  return svg('svg', { viewBox: '0 0 240 40', preserveAspectRatio: 'none', role: 'img',
    'aria-label': `The last ${entries.length} requests, ${failed} of them failed` },
  empty, entries.map((entry, i) => pulseBar(entry, i + gap)));
}

function pulseBar({ job, model, outcome, first_token_ms: first }, at) {
  const failed = outcome === 'failed';
  const height = failed ? 40 : first === null ? 3 : Math.max(3, 0.4 * place(first));
  return svg('rect', { x: at * 4, y: 40 - height, width: 3, height,
    class: failed ? 'bad' : pace(first) },
  svg('title', {}, `${job}, ${model}: ${failed ? 'failed' : seconds(first)}`));
}
