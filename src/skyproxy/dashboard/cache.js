// What was read from a cache, by model and work: how much, what it saved, and why it was nothing.

import { $, clock, dollars, h, once, toggle } from './core.js';

const MOST = 24;

export const share = (f) => (f.prompt_tokens
  ? Math.round(100 * f.cached_tokens / f.prompt_tokens) : 0);

// What a cache saved, of figures that know it; less than nothing where it was written to in vain.
export function saved({ cache_saved_usd: usd, cache_saved_estimated: estimated }) {
  if (!usd) return null;
  return (usd > 0 ? 'saved ' : 'cost ') + (estimated ? 'about ' : '') + dollars(Math.abs(usd))
    + (usd > 0 ? '' : ' more than it saved');
}

// The last prompts are told of in `notes`, the figures of a span in `pairs`.
export function draw(pairs, notes) {
  const rows = pairs.filter((pair) => pair.prompt_tokens).slice(0, MOST);
  toggle($('cache'), rows.length);
  once($('cache-rows'), [rows, notes], () => rows.map((pair) => row(pair, notes.find(
    (note) => note.model === pair.model && note.job === pair.job))));
}

function row(pair, note) {
  return h('li', {}, h('b', {}, pair.job), ' ', h('span', {}, pair.model),
    h('span', { class: 'muted' }, [share(pair) + ' % of the prompts read from a cache',
      saved(pair)].filter(Boolean).join(', ') + '.'),
    note?.message && h('span', { class: 'why small' },
      'Nothing of the one at ' + clock(note.when) + ': ' + note.message));
}
