// Set up: what to type into the game, and the ids that model fields offer.

import { $, copyButton, get, h, put, toggle } from './core.js';
import { isSetUp } from './first.js';

let listed = '';
let wasReady = null;

export function start() {
  const endpoint = location.origin + '/v1/chat/completions';
  put($('endpoint'), endpoint);
  $('endpoint-copy').append(copyButton('endpoint', endpoint));
  $('model-copy').append(copyButton('model', () => $('model').value.trim()));
}

export function show(stats) {
  const { settings, providers, java } = stats;
  put($('java-note'), java.advice ?? '');
  toggle($('java-note'), java.advice !== null);
  const ready = isSetUp(stats);
  toggle($('model-note'), !ready);
  if (ready !== wasReady) $('model').value = ready ? settings.default_model : 'demo';
  wasReady = ready;
  put($('keyword'), settings.key_wanted ? 'the api_key of the settings file'
    : 'anything, or leave it empty');
  loadModels(providers);
}

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
