// Set up: what to type into the game, who can answer, keys, servers, rotations, jobs.

import { $, act, ago, copyButton, get, h, post, put, svg, toggle, until } from './core.js';

const ABOUT = {
  demo: 'Built in: answers without an account or a network, to see that the game reaches the proxy.',
};
const STATES = {
  ready: ['good', 'Ready'], warming: ['fair', 'Starting'], unavailable: ['bad', 'Not ready'],
};
const MODES = [
  ['auto', 'Automatic', 'The API key if there is one, else the subscription.'],
  ['api-key', 'API key', 'Each token is billed by Anthropic. Within its terms, quick, and all that '
    + 'a request can ask for works.'],
  ['cli', 'Subscription, by the official Claude program', 'Counts against your plan, at no further '
    + 'cost. A little slower to the first word; requests with tools are refused.'],
  ['direct', 'Subscription, directly', 'As quick as the API key. But Anthropic’s terms do not cover '
    + 'it: it can be billed apart, or cost you the account.'],
];

const cards = new Map();
let listed = '';
let loadedSetUp = '';
let wasReady = null;

// Again whenever somebody has other models than before. Without the list one can still type.
async function loadModels(providers) {
  const now = providers.map((p) => p.name + p.model_count).join();
  if (now === listed) return;
  listed = now;
  const list = await get('/v1/models').catch(() => null);
  if (!list) {
    listed = '';
    return;
  }
  $('models').replaceChildren(...[...new Set(['auto', ...list.data.map((m) => m.id)])].slice(0, 600)
    .map((id) => h('option', { value: id })));
}

export function start(refresh) {
  const endpoint = location.origin + '/v1/chat/completions';
  put($('endpoint'), endpoint);
  $('endpoint-copy').append(copyButton('endpoint', endpoint));
  $('model-copy').append(copyButton('model', () => $('model').value.trim()));
  startServers(refresh);
  startRotation();
  $('jobs-form').addEventListener('submit', (event) => {
    event.preventDefault();
    act(event.target, async () => {
      const jobs = {};
      for (const field of $('jobs-fields').querySelectorAll('input')) {
        if (field.value.trim()) jobs[field.name] = field.value.trim();
      }
      await post('/config/jobs', { jobs });
      refresh();
      return 'Saved.';
    });
  });
}

export function show(stats, refresh) {
  const { settings, providers } = stats;
  const ready = providers.some((p) => p.name !== 'demo' && p.state === 'ready');
  toggle($('model-note'), !ready);
  if (ready !== wasReady) $('model').value = ready ? settings.default_model : 'demo';
  wasReady = ready;
  put($('default-model'), settings.default_model);
  put($('keyword'), settings.key_wanted ? 'the api_key of the settings file'
    : 'anything, or leave it empty');
  showJobs(settings);
  loadModels(providers);
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

// ---- cards ----

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
  if (provider.base_url) addRemove(card, name, refresh);
  cards.set(name, card);
  const last = cards.get('demo');
  $('cards').insertBefore(card.root, last && last !== card ? last.root : null);
}

function showCard(card, provider) {
  const [colour, word] = STATES[provider.state];
  card.state.className = 'dot ' + colour;
  put(card.state, word);
  showWords(card, provider.message ?? ABOUT[provider.name] ?? '');
  const fault = provider.last_error;
  toggle(card.error, fault && fault.message !== provider.message);
  put(card.error, fault ? 'Last error, ' + ago(fault.when) + ': ' + fault.message : '');
  showPlan(card, provider.plan);
  toggle(card.models, provider.model_count);
  put(card.count, provider.model_count + (provider.model_count === 1 ? ' model' : ' models'));
  if (provider.models) showIds(card, provider.models);
  card.update?.(provider);
}

// What stands between backticks is a command.
function showWords(card, message) {
  if (card.message === message) return;
  card.message = message;
  const parts = message.split('`');
  const text = h('p', { class: 'small' }, parts.map((part, i) => (i % 2 ? h('code', {}, part) : part)));
  const commands = parts.filter((_, i) => i % 2).map((command) => h('p', { class: 'command' },
    h('code', {}, command), copyButton('command', command)));
  card.words.replaceChildren(...(message ? [text, ...commands] : []));
}

function showPlan(card, windows) {
  const text = JSON.stringify(windows);
  if (card.planText === text) return;
  card.planText = text;
  card.plan.replaceChildren(...windows.map(({ name, used_percent: used, resets, state }) => {
    const words = used === null ? state ?? '' : Math.round(used) + ' % used';
    const colour = used === null ? 'none' : used < 50 ? 'good' : used < 75 ? 'fair'
      : used < 90 ? 'slow' : 'bad';
    return h('div', { class: 'meter' }, h('span', {}, 'Plan, ' + name),
      h('span', { class: 'muted' }, words + (resets ? ', new ' + until(resets) : '')),
      used !== null && svg('svg', { viewBox: '0 0 100 4', preserveAspectRatio: 'none', class: colour,
        role: 'img', 'aria-label': words },
      svg('rect', { width: Math.min(100, used), height: 4, fill: 'currentColor' })));
  }));
}

function showIds(card, ids) {
  const text = ids.join();
  if (card.idText === text) return;
  card.idText = text;
  card.ids.replaceChildren(...ids.map((id) => h('li', {}, h('code', {}, id),
    copyButton('model ' + id, id))));
}

const SAVED = '••••••••••••••••  (saved)';

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
  const chosen = () => form.querySelector('[name=mode]:checked')?.value;
  const sync = () => {
    toggle(keyLine, chosen() === 'api-key');
    toggle(sureLine, chosen() === 'direct');
  };
  const form = h('form', { onsubmit: (event) => {
    event.preventDefault();
    act(form, async () => {
      if (chosen() === 'direct' && !sure.checked) throw new Error('Tick the box first.');
      if (key.value) await post(provider.key_path, { key: key.value });
      const { message } = await post(provider.mode_path, { mode: chosen() });
      key.value = '';
      refresh();
      return message;
    });
  } },
  h('fieldset', { class: 'stack', onchange: sync }, h('legend', { class: 'off-screen' }, 'How it is reached'),
    MODES.map(([value, name, words]) => h('label', { class: 'choice' },
      h('input', { type: 'radio', name: 'mode', value }), h('b', {}, name), h('span', {}, words)))),
  keyLine, sureLine,
  h('div', { class: 'row' }, h('button', {}, 'Use this way'), note()));
  for (const radio of form.querySelectorAll('[name=mode]')) radio.value = radio.getAttribute('value');
  const now = h('span');
  card.root.append(h('details', { class: 'plain' }, h('summary', {}, now), form));
  let known;
  card.update = ({ mode, key_set: isSet, key_sample: sample }) => {
    put(now, 'How it is reached: ' + MODES.find(([value]) => value === mode)?.[1]);
    key.placeholder = isSet ? SAVED : sample;
    if (known === mode) return;
    known = mode;
    form.querySelector(`[value="${CSS.escape(known)}"]`).checked = true;
    sync();
  };
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

function startServers(refresh) {
  const form = $('server-form');
  for (const preset of form.querySelectorAll('[data-url]')) {
    preset.addEventListener('click', () => {
      form.elements.name.value = preset.dataset.name;
      form.elements.base_url.value = preset.dataset.url;
    });
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    act(form, async () => {
      const { name, base_url: url, api_key: key } = form.elements;
      await post('/config/server', { name: name.value, base_url: url.value, api_key: key.value });
      const added = name.value;
      form.reset();
      refresh();
      return 'Added. Its models are called ' + added + ':MODEL.';
    });
  });
}

// ---- rotations ----

function startRotation() {
  const rows = $('rotation-rows');
  const line = () => [...rows.children].reduce((text, row, i) => {
    const id = row.querySelector('input').value.trim();
    return !id ? text : !text || !i ? id : text + row.querySelector('select').value + id;
  }, '');
  const sync = () => {
    [...rows.children].forEach((row, i) => {
      toggle(row.querySelector('select'), i);
      row.querySelector('.up').disabled = !i;
      row.querySelector('.down').disabled = i === rows.children.length - 1;
    });
    put($('rotation-line'), line() || '–');
    put($('rotation-words'), inWords(line()));
  };
  const add = (id = '') => {
    const number = rows.children.length + 1;
    const button = (kind, sign, label, move) => h('button', { type: 'button',
      class: 'quiet icon ' + kind, 'aria-label': label, onclick: () => { move(); sync(); } }, sign);
    const row = h('li', {},
      h('select', { 'aria-label': 'How it goes with the one before', onchange: sync },
        h('option', { value: ', ' }, 'takes turns with the one before'),
        h('option', { value: ' > ' }, 'only when those before fail')),
      h('input', { list: 'models', value: id, 'aria-label': 'Model ' + number, placeholder: 'model', oninput: sync }),
      button('up', '↑', 'Move up', () => row.previousElementSibling?.before(row)),
      button('down', '↓', 'Move down', () => row.nextElementSibling?.after(row)),
      button('away', '×', 'Remove', () => row.remove()));
    rows.append(row);
    sync();
    return row;
  };
  $('rotation-add').addEventListener('click', () => add().querySelector('input').focus());
  $('rotation-copy').append(copyButton('rotation', line));
  add();
  add();
}

function inWords(line) {
  const groups = line.split('>').map((group) => group.split(',').map((id) => id.trim()));
  if (!line || groups.length * groups[0].length === 1) return 'Choose two models or more.';
  return groups.map((ids, i) => {
    const who = ids.length > 1 ? ids.join(' and ') + ' take turns' : ids[0];
    return i ? 'if that fails, ' + who : ids.length > 1 ? who : 'Always ' + who;
  }).join('; ') + '.';
}

// ---- jobs ----

function showJobs(settings) {
  const text = JSON.stringify(settings.jobs);
  if (loadedSetUp === text) return;
  loadedSetUp = text;
  $('jobs-fields').replaceChildren(...settings.job_names.map((job) => h('label', {}, job,
    h('input', { name: job, list: 'models',
      placeholder: settings.default_model, value: settings.jobs[job] ?? '' }))));
}
