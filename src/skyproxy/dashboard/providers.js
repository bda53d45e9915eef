// Who can answer: a card for each provider, with its key, its mode or its removal, and new servers.

import {
  $, act, ago, copyButton, h, once, post, put, svg, toggle, until,
} from './core.js';

const ABOUT = {
  demo: 'Built in: answers without an account or a network, to see that the game reaches the'
    + ' proxy.',
};
const STATES = {
  ready: ['good', 'Ready'], warming: ['fair', 'Starting'], asleep: ['fair', 'Starts when asked'],
  unavailable: ['bad', 'Not ready'],
};
const MODES = [
  ['auto', 'Automatic', 'The API key if there is one, else the subscription.'],
  ['api-key', 'API key', 'Each token is billed by Anthropic. Within its terms, quick, and all that '
    + 'a request can ask for works.'],
  ['cli', 'Subscription, by the official Claude program', 'Counts against your plan, at no further '
    + 'cost. A little slower to the first word; requests with tools are refused.'],
  ['direct', 'Subscription, directly', 'As quick as the API key. But Anthropic’s terms do not '
    + 'cover it: it can be billed apart, or cost you the account.'],
];

const SAVED = '••••••••••••••••  (saved)';

const cards = new Map();

export function start(refresh) {
  const form = $('server-form');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    act(form, async () => {
      const { name, base_url: url, api_key: key } = form.elements;
      const { message } = await post('/config/server',
        { name: name.value, base_url: url.value, api_key: key.value });
      const added = name.value;
      form.reset();
      refresh();
      return message + ' Its models are called ' + added + ':MODEL.';
    });
  });
}

export function show({ providers }, refresh) {
  for (const [name, card] of cards) {
    if (!providers.some((p) => p.name === name)) {
      card.root.remove();
      cards.delete(name);
    }
  }
  for (const provider of providers) {
    if (!cards.has(provider.name)) addCard(provider, refresh);
    showCard(cards.get(provider.name), provider);
  }
}

const note = () => h('p', { class: 'note', role: 'status' });

function addCard(provider, refresh) {
  const { name, title } = provider;
  const card = {
    state: h('span', { class: 'dot' }), words: h('div', { class: 'stack' }),
    error: h('p', { class: 'small' }), plan: h('div', { class: 'stack' }),
    count: h('span'), ids: h('ul', { class: 'ids' }),
  };
  card.models = h('details', { class: 'plain' }, h('summary', {}, card.count), card.ids);
  card.root = h('article', { class: 'card', 'aria-label': title, 'data-provider': name },
    h('div', { class: 'head' }, h('h4', {}, title), card.state),
    provider.base_url && h('p', { class: 'muted small' }, provider.base_url),
    card.words, card.error, card.plan, card.models);
  if (provider.mode_path) addModeForm(card, provider, refresh);
  else if (provider.key_member) addKeyForm(card, provider, refresh);
  if (provider.base_url) addWarmth(card, name, refresh);
  if (provider.base_url) addRemove(card, name, refresh);
  cards.set(name, card);
  const last = cards.get('demo');
  $('cards').insertBefore(card.root, last && last !== card ? last.root : null);
}

function showCard(card, provider) {
  const [colour, word] = STATES[provider.state];
  card.state.className = 'dot ' + colour;
  put(card.state, word);
  const message = provider.message ?? ABOUT[provider.name] ?? '';
  once(card.words, message, () => sayings(message));
  const fault = provider.last_error;
  toggle(card.error, fault && fault.message !== provider.message);
  put(card.error, fault ? 'Last error, ' + ago(fault.when) + ': ' + fault.message : '');
  once(card.plan, provider.plan, () => provider.plan.map(meter));
  toggle(card.models, provider.model_count);
  put(card.count, provider.model_count + (provider.model_count === 1 ? ' model' : ' models'));
  if (provider.models) once(card.ids, provider.models, () => provider.models.map(idLine));
  card.update?.(provider);
}

// What stands between backticks is a command.
export function sayings(message) {
  if (!message) return [];
  const parts = message.split('`');
  const text = parts.map((part, i) => (i % 2 ? h('code', {}, part) : part));
  const commands = parts.filter((_, i) => i % 2).map((command) => h('p', { class: 'command' },
    h('code', {}, command), copyButton('command', command)));
  return [h('p', { class: 'small' }, text), ...commands];
}

function meter({ name, used_percent: used, resets, state }) {
  const words = used === null ? state ?? '' : Math.round(used) + ' % used';
  const colour = used < 50 ? 'good' : used < 75 ? 'fair' : used < 90 ? 'slow' : 'bad';
  return h('div', { class: 'meter' }, h('span', {}, 'Plan, ' + name),
    h('span', { class: 'muted' }, words + (resets ? ', new ' + until(resets) : '')),
    used !== null && svg('svg', { viewBox: '0 0 100 4', preserveAspectRatio: 'none',
      class: colour, role: 'img', 'aria-label': words },
    svg('rect', { width: Math.min(100, used), height: 4, fill: 'currentColor' })));
}

function idLine(id) {
  return h('li', {}, h('code', {}, id), copyButton('model ' + id, id));
}

function addKeyForm(card, { name, key_path: path, key_source: source }, refresh) {
  const input = h('input', { type: 'password', name: 'key', required: true });
  const clear = h('button', { type: 'button', class: 'quiet danger' }, 'Clear key');
  const save = async (key) => {
    const { status } = await post(path, { key });
    input.value = '';
    refresh();
    return status === 'saved' ? 'Saved.' : 'Cleared.';
  };
  const form = h('form', { id: name + '-form',
    onsubmit: (event) => { event.preventDefault(); act(form, () => save(input.value)); } },
  h('label', {}, 'API key, from ' + source, input),
  h('div', { class: 'row' }, h('button', {}, 'Save key'), clear, note()));
  clear.addEventListener('click', () => act(form, () => save('')));
  card.root.append(form);
  card.update = (provider) => {
    toggle(clear, provider.key_set);
    input.placeholder = provider.key_set ? SAVED : provider.key_sample;
  };
}

function addModeForm(card, provider, refresh) {
  const key = h('input', { type: 'password', 'aria-label': 'API key' });
  const sure = h('input', { type: 'checkbox' });
  const keyLine = h('label', {}, 'API key, from ' + provider.key_source, key);
  const sureLine = h('label', { class: 'check' }, sure, 'I know the risk and want it all the same');
  const radios = MODES.map(([value]) => h('input', { type: 'radio', name: 'mode', value }));
  const chosen = () => radios.find((radio) => radio.checked)?.value;
  const sync = () => {
    toggle(keyLine, chosen() === 'api-key');
    toggle(sureLine, chosen() === 'direct');
  };
  const save = async () => {
    if (chosen() === 'direct' && !sure.checked) throw new Error('Tick the box first.');
    if (key.value) await post(provider.key_path, { key: key.value });
    const { message } = await post(provider.mode_path, { mode: chosen() });
    key.value = '';
    refresh();
    return message;
  };
  const choices = MODES.map(([, name, words], i) => h('label', { class: 'choice' },
    radios[i], h('b', {}, name), h('span', {}, words)));
  const form = h('form',
    { onsubmit: (event) => { event.preventDefault(); act(form, save); } },
    h('fieldset', { class: 'stack', onchange: sync },
      h('legend', { class: 'off-screen' }, 'How it is reached'), choices),
    keyLine, sureLine, h('div', { class: 'row' }, h('button', {}, 'Use this way'), note()));
  const now = h('span');
  card.root.append(h('details', { class: 'plain' }, h('summary', {}, now), form));
  let known;
  card.update = ({ mode, key_set: kept, key_sample: sample }) => {
    put(now, 'How it is reached: ' + MODES.find(([value]) => value === mode)?.[1]);
    key.placeholder = kept ? SAVED : sample;
    if (known === mode) return;
    known = mode;
    radios.find((radio) => radio.value === mode).checked = true;
    sync();
  };
}

// Where the first word after a pause was a long time coming.
function addWarmth(card, name, refresh) {
  const form = h('form', { class: 'stack', onsubmit: (event) => {
    event.preventDefault();
    act(form, async () => { await post('/config/server', { name, warm: true }); refresh(); });
  } }, h('p', { class: 'small' }, 'Its first word after a pause was slow: the server had to'
    + ' load the model again.'), h('button', { class: 'quiet' }, 'Keep the model loaded'), note());
  card.root.append(form);
  card.update = (provider) => toggle(form, provider.warm_helps);
}

function addRemove(card, name, refresh) {
  const form = h('form', { class: 'row', onsubmit: (event) => {
    event.preventDefault();
    if (confirm('Remove ' + name + ' from the settings?')) {
      act(form, async () => { await post('/config/server', { name, remove: true }); refresh(); });
    }
  } }, h('button', { class: 'quiet danger' }, 'Remove'), note());
  card.root.append(form);
}
