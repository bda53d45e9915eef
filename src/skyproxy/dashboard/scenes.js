// Scenes: kept requests of the game, played by several models at once, with or without names.

import { $, dollars, get, h, once, post, put, say, seconds, toggle } from './core.js';
import { answerBox, ask } from './trial.js';

const MOST = 6; // as many as a browser connects to one server
const TRIES = 20;
const BETWEEN = 100;
const ENOUGH_PLAYED = 600; // seconds; less tells nothing of an hour
const BEFORE = 'order before ';

let kept = [];
let stats = null;
let chosen = null;
let running = null;
let round = null;
let changed = () => {};

export function start(refreshAll) {
  changed = refreshAll;
  $('scene-form').addEventListener('submit', (event) => {
    event.preventDefault();
    play(event.target);
  });
  $('scene-stop').addEventListener('click', () => running?.abort());
  $('scene-tie').addEventListener('click', () => vote(null));
  $('scene-clear').addEventListener('click', () => {
    if (confirm('Delete all scenes and votes?')) change({ delete_all: true });
  });
  $('scene-import').addEventListener('change', async (event) => {
    const [file] = event.target.files;
    event.target.value = '';
    try {
      await change({ import: JSON.parse(await file.text()) });
    } catch (e) {
      note(e instanceof SyntaxError ? 'That file is no JSON: ' + e.message : e.message, 'bad');
    }
  });
  // Asked for when somebody looks, and not before.
  new IntersectionObserver(([seen], observer) => {
    if (!seen.isIntersecting) return;
    observer.disconnect();
    refresh();
  }).observe($('scenes'));
}

export function show(all) {
  stats = { ...stats, ...all };
}

// What is kept may have changed.
export async function refresh() {
  try {
    ({ scenes: kept } = await get('/config/scenes'));
  } catch (e) {
    note(e.message, 'bad');
  }
  draw();
}

async function change(what) {
  try {
    const { message } = await post('/config/scenes', what);
    note(message, 'good');
  } catch (e) {
    note(e.message, 'bad');
  }
  await refresh();
}

function note(text, colour) {
  put($('scene-note'), text).className = 'note ' + colour;
}

function draw() {
  toggle($('scene-empty'), !kept.length);
  toggle($('scene-clear'), kept.length);
  if (chosen && !kept.some((scene) => scene.name === chosen)) choose(null);
  once($('scene-list'), kept, () => kept.map((scene) => h('li', {},
    h('span', { class: 'grow' }, h('b', {}, scene.name), h('span', { class: 'muted' },
      ' ' + scene.job + ', ' + scene.messages + ' messages, '
        + Math.ceil(scene.characters / 1000) + ' k letters'
        + (scene.votes.length ? ', votes: ' + scene.votes.length : ''))),
    h('button', { type: 'button', onclick: () => choose(scene.name) }, 'Play'),
    h('button', { type: 'button', class: 'quiet', onclick: () => share(scene.name) }, 'Export'),
    h('button', { type: 'button', class: 'quiet', 'aria-label': 'Delete ' + scene.name,
      onclick: () => change({ delete: scene.name }) }, '×'))));
  const jobs = Object.groupBy(kept.filter((scene) => scene.votes.length), (scene) => scene.job);
  once($('scene-tables'), [kept, stats?.settings?.jobs, localStorage.length],
    () => Object.entries(jobs).map(([job, scenes]) => table(job, scenes)));
}

function choose(name) {
  chosen = name;
  round = null;
  toggle($('scene-form'), name);
  toggle($('scene-tie-row'), false);
  $('scene-answers').replaceChildren();
  put($('scene-name'), name);
  if (name) $('scene-form').elements.models.focus();
}

// ---- playing ----

async function play(form) {
  const words = form.querySelector('.note');
  const models = [...new Set(form.elements.models.value.split(',').map((id) => id.trim())
    .filter(Boolean))];
  if (!models.length || models.length > MOST) {
    put(words, 'One to six models.').className = 'note bad';
    return;
  }
  const blind = form.elements.blind.checked && models.length > 1;
  if (blind) shuffle(models);
  put(words, '').className = 'note';
  running = new AbortController();
  $('scene-go').disabled = true;
  toggle($('scene-stop'), true);
  toggle($('scene-tie-row'), false);
  try {
    const name = chosen;
    const { request } = await post('/config/scenes', { scene: name });
    const boxes = models.map((id, i) => answerBox(id, blind ? 'Voice ' + 'ABCDEF'[i] : id));
    $('scene-answers').replaceChildren(...boxes.map((box) => box.root));
    const before = (await get('/stats?after=' + Number.MAX_SAFE_INTEGER)).last_id;
    const played = await Promise.all(models.map((id, i) =>
      ask(id, request, boxes[i], running.signal)));
    await Promise.all(played.map((one, i) => judge(name, one, boxes[i], before)));
    round = { name, boxes, played, blind };
    if (blind && played.filter((one) => !one.failure).length > 1) offerVote();
    else reveal();
  } catch (e) {
    put(words, e.message).className = 'note bad';
  } finally {
    $('scene-go').disabled = false;
    toggle($('scene-stop'), false);
  }
}

function shuffle(list) {
  for (let i = list.length - 1; i > 0; i--) {
    const [at] = crypto.getRandomValues(new Uint32Array(1));
    const j = at % (i + 1);
    [list[i], list[j]] = [list[j], list[i]];
  }
}

async function judge(name, one, box, before) {
  const facts = box.root.querySelector('dl');
  const add = (title, value, colour) => facts.append(h('div', {}, h('dt', {}, title),
    h('dd', { class: colour }, value)));
  if (one.failure) return;
  one.cost_usd = await cost(one.model, before);
  if (one.cost_usd !== null) add('Cost', dollars(one.cost_usd));
  const { form_kept: right, checks } = await post('/config/scenes',
    { judge: name, answer: one.text });
  one.form_kept = right;
  add('Form', right ? 'kept' : 'not kept', right ? 'good' : 'bad');
  box.root.append(h('ul', { class: 'checks small' }, checks.map((check) =>
    h('li', { class: check.holds ? 'muted' : 'bad' },
      (check.holds ? '✓ ' : '✕ ') + check.title))));
}

// The proxy counts a request a moment after the last byte of its answer.
async function cost(model, before) {
  for (let i = 0; i < TRIES; i++) {
    const { recent } = await get('/stats?after=' + before);
    const mine = recent.find((entry) => entry.asked === model);
    if (mine) return mine.cost_usd ?? null;
    await new Promise((later) => { setTimeout(later, BETWEEN); });
  }
  return null;
}

function offerVote() {
  round.boxes.forEach((box, i) => {
    if (round.played[i].failure) return;
    box.root.append(h('button', { type: 'button', class: 'vote',
      onclick: () => vote(round.played[i].model) }, 'The best'));
  });
  toggle($('scene-tie-row'), true);
  say('All have answered: choose the best one.');
}

async function vote(winner) {
  const played = round.played.filter((one) => !one.failure).map(
    ({ text, failure, ...figures }) => figures);
  reveal();
  await change({ vote: round.name, winner, played });
}

function reveal() {
  round.boxes.forEach((box, i) => {
    put(box.model, round.played[i].model);
    box.root.querySelector('.vote')?.remove();
  });
  toggle($('scene-tie-row'), false);
}

// ---- what came of the votes ----

function table(job, scenes) {
  const votes = scenes.flatMap((scene) => scene.votes);
  const rows = standings(votes);
  const order = rows.map((row) => row.model).join(' > ');
  const before = localStorage.getItem(BEFORE + job);
  const now = stats?.settings?.jobs?.[job] ?? '';
  const titles = ['Model', 'Wins', 'First word', 'Form kept',
    perHour(job) ? 'An hour of play' : 'An answer'];
  return h('div', {}, h('h3', {}, 'Votes for ' + job),
    h('div', { class: 'wide-table' }, h('table', {}, h('thead', {}, h('tr', {},
      titles.map((title) => h('th', { scope: 'col' }, title)))),
    h('tbody', {}, rows.map((row) => h('tr', {}, h('th', { scope: 'row' }, row.model),
      h('td', {}, row.wins + ' of ' + row.rounds), h('td', {}, seconds(row.first)),
      h('td', {}, row.kept + ' of ' + row.rounds), h('td', {}, price(row, job))))))),
    h('div', { class: 'row' },
      h('button', { type: 'button', class: 'use', onclick: () => useOrder(job, order, now) },
        'Use this order'),
      before !== null && h('button', { type: 'button', class: 'quiet back',
        onclick: () => takeBack(job, before) }, 'Take it back'),
      h('code', {}, order)));
}

// A tie is half a win for each.
function standings(votes) {
  const rows = new Map();
  for (const { winner, played } of votes) {
    for (const one of played) {
      const row = rows.get(one.model)
        ?? { model: one.model, wins: 0, rounds: 0, kept: 0, firsts: [], costs: [] };
      rows.set(one.model, row);
      row.rounds++;
      row.kept += one.form_kept ? 1 : 0;
      row.wins += winner === one.model ? 1 : winner === null ? 0.5 : 0;
      if (one.first_word_ms !== null) row.firsts.push(one.first_word_ms);
      if (one.cost_usd !== null) row.costs.push(one.cost_usd);
    }
  }
  const middle = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? null;
  return [...rows.values()].map((row) => ({ ...row, first: middle(row.firsts),
    cost: row.costs.length ? row.costs.reduce((a, b) => a + b) / row.costs.length : null }))
    .toSorted((a, b) => b.wins / b.rounds - a.wins / a.rounds || a.first - b.first);
}

// How many requests of this work an hour of the player's own play has; null while unknown.
function perHour(job) {
  const { play_seconds: played, jobs = [] } = stats?.all ?? {};
  const asked = jobs.find((one) => one.job === job)?.requests;
  return played >= ENOUGH_PLAYED && asked ? asked * 3600 / played : null;
}

function price({ cost: one }, job) {
  if (one === null) return '–';
  const requests = perHour(job);
  return dollars(requests ? one * requests : one);
}

async function useOrder(job, order, now) {
  if (await setJob(job, order)) {
    localStorage.setItem(BEFORE + job, now);
    note('From now on ' + job + ' is asked of ' + order + '.', 'good');
  }
  draw();
}

async function takeBack(job, before) {
  if (await setJob(job, before)) {
    localStorage.removeItem(BEFORE + job);
    note('As it was before.', 'good');
  }
  draw();
}

// Whether it could be saved.
async function setJob(job, line) {
  try {
    const jobs = { ...(await get('/stats?after=' + Number.MAX_SAFE_INTEGER)).settings.jobs };
    delete jobs[job];
    if (line) jobs[job] = line;
    await post('/config/jobs', { jobs });
    stats.settings.jobs = jobs;
    changed();
    return true;
  } catch (e) {
    note(e.message, 'bad');
    return false;
  }
}

// ---- sharing ----

async function share(name) {
  const replace = {};
  $('scene-names').value.split(',').map((one) => one.trim()).filter(Boolean).forEach((one, i) => {
    replace[one] = 'Person ' + (i + 1);
  });
  try {
    const scene = await post('/config/scenes', { export: name, replace });
    const url = URL.createObjectURL(new Blob([JSON.stringify(scene, null, 1)],
      { type: 'application/json' }));
    const file = scene.name.replace(/[^\p{L}\p{N} _-]/gu, '_') + '.json';
    h('a', { href: url, download: file }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    note('Exported.', 'good');
  } catch (e) {
    note(e.message, 'bad');
  }
}
