// Live: the last requests, newest first; a click shows what was tried and what went wrong.

import {
  $, act, clock, count, get, h, pace, post, put, say, seconds, spent, toggle,
} from './core.js';
import * as scenes from './scenes.js';

const OUTCOMES = {
  answered: ['good', 'answered'], failed: ['bad', 'failed'], hung_up: ['muted', 'game hung up'],
};
const CLASSES = ['dialogue', 'line', 'usual', 'background'];
const KEPT = 200;

let entries = [];
let shown = 12;

export function start(refresh) {
  $('only-bad').addEventListener('change', draw);
  $('log-more').addEventListener('click', () => { shown += 60; draw(); });
  $('keep-texts').addEventListener('change', async (event) => {
    try {
      await post('/config/texts', { keep: event.target.checked });
    } catch (e) {
      event.target.checked = !event.target.checked;
      say(e.message);
    }
    refresh();
  });
}

export function reset() {
  entries = [];
  $('log').replaceChildren();
}

export function show(stats) {
  $('keep-texts').checked = stats.texts_kept;
  put($('keep-words'), stats.texts_kept
    ? 'Prompts and answers of the last 40 requests are kept, in memory only, until you switch it'
      + ' off.'
    : 'Prompts and answers are not kept.');
  queue(stats);
  if (!stats.recent.length) return draw();
  const first = entries.length === 0;
  const newer = stats.recent.map((entry) => ({ ...entry, fresh: !first }));
  entries = [...newer, ...entries].slice(0, KEPT);
  return draw();
}

export const recent = () => entries;

// Who waits for a place now, the most urgent first; those of one kind together.
function queue({ waiting, now }) {
  const kinds = CLASSES.flatMap((name) => Object.values(Object.groupBy(
    waiting.filter((one) => one.class === name), (one) => one.provider + ' ' + one.job)));
  $('queue-list').replaceChildren(...kinds.map((all) => {
    const waited = Math.max(0, ...all.map((one) => new Date(now) - new Date(one.since)));
    return h('li', {}, h('b', {}, all[0].job + (all.length > 1 ? ' × ' + all.length : '')),
      ' for ' + all[0].provider + ', ' + seconds(waited),
      h('span', { class: 'muted' }, ', class ' + all[0].class));
  }));
  toggle($('queue'), waiting.length);
}

// Rows that are there stay as they are, so an open one stays open and the focus where it is.
function draw() {
  const wanted = entries.filter((e) => !$('only-bad').checked || e.outcome === 'failed'
    || e.attempts.some((a) => a.failure)).slice(0, shown);
  const list = $('log');
  const rows = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const ids = new Set(wanted.map((e) => String(e.id)));
  for (const [id, row] of rows) if (!ids.has(id)) row.remove();
  let at = null;
  for (const entry of wanted.toReversed()) {
    const row = rows.get(String(entry.id)) ?? newRow(entry);
    if (row.parentNode !== list || row.nextSibling !== at) list.insertBefore(row, at);
    at = row;
  }
  toggle($('log-empty'), !wanted.length);
  put($('log-empty'), entries.length ? 'Nothing went wrong.'
    : 'Nothing yet. Talk to somebody in the game, or ask something above.');
  toggle($('log-more'), entries.length > shown && wanted.length === shown);
}

function newRow(entry) {
  const [colour, word] = OUTCOMES[entry.outcome];
  const cut = entry.cut_short;
  const switched = entry.outcome === 'answered' && entry.attempts.length > 1;
  const cell = (kind, label, text, extra = '') => h('span', { class: kind + ' ' + extra },
    h('span', { class: 'off-screen' }, label + ' '), text);
  const row = h('li', { 'data-id': entry.id, class: entry.fresh ? 'new' : null });
  const button = h('button', { type: 'button', class: 'entry', 'aria-expanded': 'false',
    onclick: () => flip(row, button, entry) },
  cell('time', 'at', clock(entry.when)), cell('job', 'work', entry.job),
  cell('model', 'model', entry.model || entry.asked || '–'),
  cell('first', 'first word', seconds(entry.first_token_ms), pace(entry.first_token_ms)),
  cell('total', 'total', seconds(entry.total_ms)), cell('tokens', 'tokens', tokens(entry)),
  cell('outcome', 'outcome', cut ? 'cut short'
    : switched ? 'answered, ' + entry.attempts.length + ' tries'
      : word + (entry.status > 200 ? ' ' + entry.status : ''), cut || switched ? 'fair' : colour));
  row.append(button);
  return row;
}

function tokens({ prompt_tokens: prompt, cached_tokens: cached, completion_tokens: said }) {
  if (!prompt && !said) return '–';
  const share = cached && prompt ? ' (' + Math.round(100 * cached / prompt) + ' % cached)' : '';
  return count(prompt) + ' → ' + count(said) + share;
}

async function flip(row, button, entry) {
  const open = button.getAttribute('aria-expanded') === 'true';
  button.setAttribute('aria-expanded', String(!open));
  if (open) {
    row.querySelector('.details').remove();
    return;
  }
  const box = details(entry);
  row.append(box);
  if (entry.texts) await addTexts(box, entry.id);
}

function details(entry) {
  const facts = [
    'Asked for ' + (entry.asked || 'nothing in particular'),
    entry.stream ? 'streamed' : 'not streamed',
    'class ' + entry.class,
    entry.queued_ms ? seconds(entry.queued_ms) + ' in the queue' : null,
    'first word after ' + seconds(entry.first_token_ms) + ', all after ' + seconds(entry.total_ms),
    entry.reasoning_tokens ? entry.reasoning_tokens + ' tokens of thought' : null,
    spent(entry),
  ].filter(Boolean).join(', ') + '.';
  return h('div', { class: 'details' }, h('p', {}, facts),
    entry.message && h('p', { class: 'bad' }, (entry.cut_short
      ? 'It broke off and was ended at its last whole sentence. ' : '') + entry.message),
    entry.attempts.length > 0 && h('ol', { class: 'tries', 'aria-label': 'What was tried' },
      entry.attempts.map((a, i) => h('li', {}, (i + 1) + '. ', h('b', {}, a.model),
        ' by ' + a.provider + ', ' + seconds(a.took_ms)
          + (a.left_out ? ', without the oldest ' + a.left_out + ' messages' : '')
          + (a.queued_ms ? ' (' + seconds(a.queued_ms) + ' in the queue)' : '') + ': ',
        h('span', { class: a.failure ? 'bad' : 'good' }, a.failure
          ? a.failure.replaceAll('_', ' ') + '. ' + a.message : 'answered')))));
}

async function addTexts(box, id) {
  try {
    const whole = await get('/stats?id=' + id);
    for (const [name, title] of [['prompt', 'Request'], ['answer', 'Answer']]) {
      if (!whole[name]) continue;
      box.append(h('h3', {}, title), h('pre', { tabindex: '0' }, pretty(whole[name])));
    }
    if (whole.prompt) box.append(keepForm(id));
  } catch (e) {
    box.append(h('p', { class: 'muted' }, 'Its texts are gone: ' + e.message));
  }
}

function keepForm(id) {
  return h('form', { class: 'row', autocomplete: 'off', onsubmit: (event) => {
    event.preventDefault();
    const name = event.target.elements.name.value;
    act(event.target, async () => {
      const { message } = await post('/config/scenes', { keep: id, name });
      scenes.refresh();
      return message;
    });
  } }, h('label', { class: 'grow' }, 'Name of the scene',
    h('input', { name: 'name', required: true, maxlength: 80 })),
  h('button', { class: 'quiet' }, 'Keep as a scene'), h('p', { class: 'note', role: 'status' }));
}

// A request is JSON on one line; messages read better with their line breaks.
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1).replaceAll('\\n', '\n');
  } catch {
    return text;
  }
}
