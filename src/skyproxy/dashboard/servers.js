// Servers of one's own: those that run on this computer, and the usual ones that fill in the form.

import { $, act, get, h, once, post, put, toggle } from './core.js';

let found = [];
let known = [];
let changed = () => {};
let list = null;

// Those that many have, fetched once.
export const usual = () => (list ??= get('/dashboard/servers.json'));

export async function start(refresh) {
  changed = refresh;
  $('server-new').addEventListener('toggle', ({ target }) => target.open && look());
  look();
  const { local, elsewhere } = await usual();
  $('usual-servers').append(...[...local, ...elsewhere].map((server) => h('button',
    { type: 'button', class: 'quiet', onclick: () => fill(server) }, server.title)));
}

// Asks nobody but this proxy, which looks on three ports of its own computer.
async function look() {
  try {
    ({ found } = await post('/config/servers', { find: true }));
    draw();
  } catch (e) {
    put($('found-note'), e.message);
  }
}

export function show({ providers, settings }) {
  put($('server-file'), settings.file);
  known = providers.map((provider) => provider.base_url);
  draw();
}

function draw() {
  const fresh = found.filter((server) => !known.includes(server.base_url));
  toggle($('found'), fresh.length);
  once($('found'), fresh, () => fresh.map((server) => h('form', { class: 'row',
    'data-found': server.name, onsubmit: (event) => {
      event.preventDefault();
      act(event.target, async () => {
        const { message } = await post('/config/server',
          { name: server.name, base_url: server.base_url });
        changed();
        return message + ' Its models are called ' + server.name + ':MODEL.';
      });
    } }, h('span', {}, h('b', {}, server.title), ' runs on this computer, with ' + server.models
      + (server.models === 1 ? ' model.' : ' models.')),
  h('button', {}, 'Use it'), h('p', { class: 'note', role: 'status' }))));
}

function fill({ name, base_url: url, key_from: source }) {
  const { name: title, base_url: address, api_key: key } = $('server-form').elements;
  title.value = name;
  address.value = url;
  key.placeholder = source ? 'from ' + source : '';
  if (source) key.focus();
}
