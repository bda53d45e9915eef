// "What do you have?": each answer leads to its steps, and each step sees for itself whether it is
// done. All that is said of accounts comes from accounts.json.

import { $, act, copyButton, get, h, once, post, put, toggle } from './core.js';
import { isSetUp } from './first.js';
import { sayings } from './providers.js';
import { usual } from './servers.js';
import { answerBox, ask } from './trial.js';

const LINE = 'Lydia, what do you think of Whiterun?';
const KEPT = 'chosen';
const MARKS = { done: ['✓', 'good', 'done'], next: ['→', 'fair', 'next'],
  open: ['·', 'muted', 'to do'] };

const TO_SET = ['program', 'key', 'mode', 'server'];

const answered = new Set();
const listed = new Map();
let facts = null;
let local = [];
let chosen = [];
let latest = null;
let health = {};
let walked = null;
let refresh = () => {};

export async function start(whenChanged) {
  refresh = whenChanged;
  try {
    ([facts, { local }] = await Promise.all([get('/dashboard/accounts.json'), usual()]));
    chosen = (localStorage.getItem(KEPT) ?? '').split(',').filter(Boolean).map(Number);
    draw();
  } catch (e) {
    put($('chooser-way'), e.message);
  }
}

export async function show(stats) {
  for (const { provider, outcome } of stats.recent) {
    if (outcome === 'answered') answered.add(provider);
  }
  for (const { name, models } of stats.providers) if (models) listed.set(name, models);
  if (!latest && !isSetUp(stats)) $('chooser').open = true;
  latest = stats;
  if (!facts || !$('chooser').open) return;
  if (walked) health = await get('/health').catch(() => health);
  see();
}

// ---- the questions ----

function draw() {
  const levels = [];
  let node = facts;
  for (let depth = 0; node?.options; depth++) {
    levels.push(question(node, depth));
    node = node.options[chosen[depth]];
  }
  once($('chooser-questions'), chosen, () => levels);
  walked = node?.way ? { ...facts.ways[node.way] } : null;
  if (walked?.local) Object.assign(walked, facts.local);
  $('chooser-way').replaceChildren(...walked ? way() : []);
  see();
}

function question({ question: words, options }, depth) {
  return h('fieldset', { class: 'options' },
    h('legend', { class: depth ? '' : 'off-screen' }, words),
    options.map((option, i) => h('label', { class: 'choice' },
      h('input', { type: 'radio', name: 'chooser-' + depth, value: String(i),
        checked: chosen[depth] === i, onchange: () => choose(depth, i) }),
      h('b', {}, option.label), option.words && h('span', {}, option.words))));
}

function choose(depth, option) {
  chosen = [...chosen.slice(0, depth), option];
  localStorage.setItem(KEPT, chosen.join());
  draw();
  document.querySelector(`[name=chooser-${depth}]:checked`)?.focus();
  refresh();
}

// ---- the way of an answer ----

function way() {
  const { allowed, draws, costs, sources = [], steps } = walked;
  const fact = (name, words) => h('div', {}, h('dt', {}, name), h('dd', {}, words));
  walked.seen = steps.map(stepItem);
  return [
    h('dl', { class: 'terms' }, fact('Allowed', allowed), fact('Draws on', draws),
      fact('Costs', costs)),
    sources.length && h('p', { class: 'muted small' }, sources.flatMap((name) => {
      const { title, url, as_of: date } = facts.sources[name];
      return [h('a', { href: url, target: '_blank', rel: 'noreferrer' }, title), ', ' + date, '. '];
    })),
    h('p', { class: 'small fair', hidden: true }),
    h('ol', { class: 'walk' }, walked.seen.map((step) => step.item)),
  ].filter(Boolean);
}

function stepItem(step) {
  const sign = h('span', { class: 'sign' });
  const form = step.form && FORMS[step.form](step);
  return { ...step, sign, form, item: h('li', {}, sign, h('p', {}, step.words),
    step.command && h('p', { class: 'command' }, h('code', {}, step.command),
      copyButton('command', step.command)),
    step.link && h('p', {}, h('a', { href: step.link, target: '_blank', rel: 'noreferrer' },
      step.label)),
    form?.root) };
}

const note = () => h('p', { class: 'note', role: 'status' });

function form(work, ...content) {
  const root = h('form', { class: 'row', autocomplete: 'off', onsubmit: (event) => {
    event.preventDefault();
    act(root, work);
  } }, ...content, note());
  return root;
}

const FORMS = {
  key() {
    const input = h('input', { type: 'password', 'aria-label': 'API key', required: true });
    return { root: form(async () => {
      await post(mine().key_path, { key: input.value });
      input.value = '';
      refresh();
      return 'Saved.';
    }, h('span', { class: 'grow' }, input), h('button', {}, 'Save key')) };
  },
  mode({ mode, button }) {
    return { root: form(async () => {
      const { message } = await post(mine().mode_path, { mode });
      refresh();
      return message;
    }, h('button', {}, button)) };
  },
  server() {
    const { provider: name } = walked;
    const { base_url: url } = local.find((server) => server.name === name);
    const input = h('input', { value: url, inputmode: 'url', 'aria-label': 'Address' });
    return { root: form(async () => {
      const { message } = await post('/config/server', { name, base_url: input.value });
      refresh();
      return message;
    }, h('span', { class: 'grow' }, input), h('button', {}, 'Add it')) };
  },
  ask() {
    const input = h('input', { list: 'models', value: walked.model, 'aria-label': 'Model' });
    const said = h('div', { class: 'stack', 'aria-live': 'polite' });
    const asked = form(async () => {
      const box = answerBox(input.value.trim());
      said.replaceChildren(box.root);
      const { failure } = await ask(input.value.trim(),
        { messages: [{ role: 'user', content: LINE }], max_tokens: 200 }, box);
      refresh();
      if (failure) throw new Error('That was no answer yet.');
      return 'Answered.';
    }, h('span', { class: 'grow' }, input), h('button', {}, 'Ask'));
    return { root: h('div', { class: 'stack' }, asked, said), input };
  },
  model() {
    const code = h('code', {}, walked.model);
    return { root: h('p', { class: 'command' }, code, copyButton('model', () => code.textContent)),
      code };
  },
};

// ---- what is done ----

const mine = () => latest?.providers.find((provider) => provider.name === walked.provider);

const CHECKS = {
  program: () => !!account().path,
  login: () => account().auth_cached,
  key: () => mine()?.key_set,
  // Where the way was not chosen but follows from the rest, it has to be in use as well.
  mode: ({ mode }) => account().mode === mode
    && (mine()?.mode === mode || mine()?.state !== 'asleep'),
  server: () => !!mine(),
  models: () => mine()?.model_count > 0,
  answered: () => answered.has(walked.provider),
  game: () => !!latest.game,
};

const account = () => health[walked.provider] ?? {};

function see() {
  if (!walked || !latest) return;
  const ignored = account().login_ignored;
  const done = walked.seen.map((step) => step.check && CHECKS[step.check](step));
  // What can't be seen is done when something after it is.
  const last = done.lastIndexOf(true);
  const isDone = (step, i) => done[i] || (!step.check && i < last);
  const next = walked.seen.findIndex((step, i) => !isDone(step, i));
  walked.seen.forEach((step, i) => {
    const [sign, colour, words] = MARKS[isDone(step, i) ? 'done' : i === next ? 'next' : 'open'];
    put(step.sign, sign).className = 'sign ' + colour;
    step.sign.setAttribute('aria-label', words);
    step.item.dataset.state = words;
    toggle(step.item, !(step.quiet && i !== next) && !(ignored && step.check === 'login'));
    name(step.form);
  });
  // Before that the steps themselves say what is missing.
  const isSet = walked.seen.every((step, i) => done[i] || !TO_SET.includes(step.check));
  const trouble = isSet && mine()?.state === 'unavailable' && mine().message;
  const place = $('chooser-way').querySelector(':scope > .fair');
  once(place, [trouble, ignored], () => trouble
    ? [...sayings(trouble), ignored && walked.ignored].filter(Boolean) : []);
  toggle(place, trouble && !done.every(Boolean));
}

// The first model of a server of one's own, whose names nobody knows before.
function name(form) {
  const first = walked.local && listed.get(walked.provider)?.[0];
  if (!first || !form) return;
  if (form.input?.value === walked.model) form.input.value = first;
  if (form.code) put(form.code, first);
}
