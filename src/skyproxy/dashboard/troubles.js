// Troubles: what went wrong within the last hour, the newest first, each with what helps.

import { $, ago, count, h, once, toggle } from './core.js';
import * as settings from './settings.js';

const HOUR = 3600000;
const MOST = 5;

// By the kind of a failure: what the button says, and what it does for the provider and the model.
const HELP = {
  not_ready: ['Set it up', card], unauthorized: ['Set it up', card],
  rate_limited: ['Name a second model', second], overloaded: ['Name a second model', second],
  too_long: ['Name a second model', second], not_loaded: ['See the server', card],
  unreachable: ['See its address', card],
  unknown_model: ['Say what this name stands for', alias],
  rejected: ['Check this model', check], unsuited: ['Check this model', check],
  broken: ['Check this model', check], garbled: ['Check this model', check],
  empty: ['Check this model', check], timed_out: ['Name a second model', second],
  budget_reached: ['See the limit', limit],
  plan_spent: ['Name a second model', second], no_credit: ['Name a second model', second],
};

// Where another model answered, the request's status does not tell.
const UNPAID = /\b(credits?|billing|quota|balance)\b/i;

let limits = [];

function open(id) {
  const place = $(id);
  place.closest('details')?.setAttribute('open', '');
  place.scrollIntoView({ block: 'center' });
  return place;
}

function card({ provider }) {
  const found = document.querySelector('[data-provider="' + CSS.escape(provider) + '"]')
    ?? $('providers-h');
  found.scrollIntoView({ block: 'center' });
  found.querySelector('input, summary, button')?.focus({ preventScroll: true });
}

function second({ model }) {
  const [first, next] = open('rotation-rows').querySelectorAll('input');
  first.value = model;
  first.dispatchEvent(new Event('input'));
  next.focus({ preventScroll: true });
}

function alias({ model }) {
  settings.addAlias(model);
  open('names-form');
}

// The message names the limit as the settings file does.
const limitOf = ({ message }) => limits.find(({ name }) => message.includes(name));

function limit(one) {
  settings.showLimit(limitOf(one));
}

function check({ model }) {
  const form = open('doctor-form');
  form.elements.model.value = model;
  form.querySelector('button').focus({ preventScroll: true });
}

export function show({ now, limits: set }, entries) {
  limits = set;
  const found = troubles(entries, new Date(now));
  toggle($('troubles'), found.length);
  const minute = Math.floor(new Date(now) / 60000);
  once($('troubles-list'), [found, minute, limits.map(({ name }) => name)],
    () => found.map((one) => item(one, new Date(now))));
}

// One for each provider, model and kind, unless that model has answered since.
function troubles(entries, now) {
  const found = new Map();
  const answered = new Set();
  for (const entry of entries) {
    if (now - new Date(entry.when) > HOUR) break;
    const tries = entry.attempts.length ? entry.attempts
      : [{ ...entry, model: entry.asked }];
    for (const { provider, model, failure, message } of tries.toReversed()) {
      const target = provider + ' ' + model;
      if (!failure) {
        if (entry.outcome === 'answered') answered.add(target);
        continue;
      }
      if (answered.has(target) || failure === 'stopping' || entry.outcome === 'hung_up') continue;
      const key = target + ' ' + failure;
      const known = found.get(key);
      if (known) known.times++;
      else {
        found.set(key, { provider, model, failure, message, when: entry.when, times: 1,
          status: entry.status,
          spared: entry.outcome !== 'answered' ? '' : entry.cut_short
            ? 'What had come was ended at its last whole sentence.'
            : 'Another model answered in its place.' });
      }
    }
  }
  return [...found.values()].sort((a, b) => !!a.spared - !!b.spared).slice(0, MOST);
}

function kind(one) {
  if (one.status === 404) return 'unknown_model';
  if (one.failure === 'rejected' && (one.status === 402 || UNPAID.test(one.message))) {
    return 'no_credit';
  }
  return one.failure === 'budget_reached' && !limitOf(one) ? 'plan_spent' : one.failure;
}

function item(one, now) {
  const [words, help] = HELP[kind(one)] ?? [];
  return h('li', { class: one.spared ? 'fair' : 'bad' },
    h('b', {}, (one.model || 'No model') + (one.provider ? ', by ' + one.provider : '')),
    h('p', { class: 'small' }, one.message),
    h('p', { class: 'small muted' }, ago(one.when, now)
      + (one.times > 1 ? ', ' + count(one.times) + ' times' : '')
      + (one.spared && '. ' + one.spared)),
    help && h('div', { class: 'row' }, h('button', { type: 'button', class: 'quiet',
      onclick: () => help(one) }, words)));
}
