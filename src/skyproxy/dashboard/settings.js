// Settings: the names of models, and what each provider may take.

import { $, act, h, once, post } from './core.js';

// By the name of a limit: its label, its step, and what holds where it is not set.
const LIMITS = {
  first_token_seconds: ['First word within, seconds', 'any', 'by the kind of work'],
  silence_seconds: ['Silence inside an answer, seconds', 'any', '30'],
  connect_seconds: ['To connect, seconds (from the next start on)', 'any', '5'],
  max_concurrent: ['Requests at once', 1, 'no limit'],
  processes: ['Processes at most (from the next start on)', 1, '6'],
  day: ['US dollars a day', 'any', 'no limit'],
  window: ['Share of each window of the plan, 0 to 1', 'any', 'all of it'],
};

const held = new Map();
let changed = () => {};

export function start(refresh) {
  changed = refresh;
  $('alias-add').addEventListener('click', () => addAlias(''));
  $('names-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const { default_model: model, budget_day: day } = event.target.elements;
    const aliases = {};
    for (const row of $('aliases').children) {
      const [name, stands] = [...row.querySelectorAll('input')].map((input) => input.value.trim());
      if (name && stands) aliases[name] = stands;
    }
    save(event.target, '/config/names', { default_model: model.value.trim(), aliases,
      budget_day: number(day) });
  });
}

// A row for one more name, with the focus where there is something to type.
export function addAlias(name) {
  const row = aliasRow(name, '');
  $('aliases').append(row);
  $('names').open = true;
  row.querySelectorAll('input')[name ? 1 : 0].focus({ preventScroll: true });
}

// The field of a limit on what is spent, in the card of the provider that it concerns.
export function showLimit({ provider, window }) {
  const field = !provider ? $('names-form').elements.budget_day : document.querySelector(
    '[data-provider="' + CSS.escape(provider) + '"] [name=' + (window ? 'window]' : 'day]'));
  field.closest('details').open = true;
  field.scrollIntoView({ block: 'center' });
  field.focus({ preventScroll: true });
}

const number = (input) => (input.value === '' ? null : Number(input.value));

function save(form, path, body) {
  act(form, async () => {
    if (Object.keys(body).join() === 'provider') return 'Nothing is changed.';
    await post(path, body);
    changed();
    return 'Saved.';
  });
}

function aliasRow(name, stands) {
  const row = h('div', { class: 'row' },
    h('label', { class: 'grow' }, 'Name', h('input', { value: name, placeholder: 'lydia' })),
    h('label', { class: 'grow' }, 'stands for', h('input', { value: stands, list: 'models' })),
    h('button', { type: 'button', class: 'quiet icon', 'aria-label': 'Remove this name',
      onclick: () => row.remove() }, '×'));
  return row;
}

export function show({ settings, providers }) {
  const { default_model: model, aliases, budget_day: day } = settings;
  once($('aliases'), aliases, () => Object.entries(aliases).map(([name, stands]) => (
    aliasRow(name, stands))));
  const form = $('names-form').elements;
  if (form.default_model.dataset.known !== model) form.default_model.value = model;
  form.default_model.dataset.known = model;
  if (form.budget_day.dataset.known !== String(day)) form.budget_day.value = day ?? '';
  form.budget_day.dataset.known = String(day);
  for (const provider of providers) if (provider.limits) limits(provider);
}

// In the provider's card. A field changes when another value holds, and keeps what is typed else.
function limits({ name, limits: now, base_url: url }) {
  const card = document.querySelector('[data-provider="' + CSS.escape(name) + '"]');
  if (!card) return;
  const box = card.querySelector('.limits');
  if (!box) card.append(limitsBox(name, now, url));
  const before = held.get(name);
  held.set(name, now);
  for (const input of box?.querySelectorAll('input') ?? []) {
    if (now[input.name] !== before[input.name]) input.value = now[input.name] ?? '';
  }
}

function limitsBox(provider, now, url) {
  const fields = Object.keys(LIMITS).filter((limit) => limit in now).map((limit) => {
    const [words, step, usual] = LIMITS[limit];
    const only = limit === 'day' && url ? ' (only with prices in the settings file)' : '';
    return h('label', {}, words + only, h('input', { name: limit, type: 'number', min: 0, step,
      value: now[limit] ?? '', placeholder: usual }));
  });
  return h('details', { class: 'plain limits' }, h('summary', {}, 'Limits and places'),
    h('form', { autocomplete: 'off', onsubmit: (event) => {
      event.preventDefault();
      const body = { provider };
      for (const input of event.target.querySelectorAll('input')) {
        const value = number(input);
        if (value !== held.get(provider)[input.name]) body[input.name] = value;
      }
      save(event.target, '/config/limits', body);
    } }, h('div', { class: 'fields' }, fields), h('div', { class: 'row' },
      h('button', {}, 'Save limits'), h('p', { class: 'note', role: 'status' }))));
}
