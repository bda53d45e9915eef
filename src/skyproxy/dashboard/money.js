// Money: the line at the front, and the limits that are near.

import { $, h, hourly, once, put, spent, toggle } from './core.js';

const EXTRA = 'extra usage';

let today = null;

export function show(stats) {
  today = stats.today ?? today;
  if (!today) return;
  const { total, play_seconds: played } = today;
  const line = [
    hourly(total, played), total.cost_usd === null ? null : spent(total) + ' today',
    ...stats.providers.map(left),
  ].filter(Boolean).join(', ') + (total.cost_estimated ? ' (part of it is estimated)' : '');
  put($('money'), line);
  toggle($('money'), line);
  const tight = stats.limits.filter((limit) => limit.state !== 'open');
  once($('limits'), tight.map((limit) => [limit.message, limit.state]), () => tight.map(limited));
}

function limited({ name, message, state, resets }) {
  const end = new Date(resets).toLocaleString([], { weekday: 'short',
    hour: '2-digit', minute: '2-digit' });
  return h('p', { class: state === 'reached' ? 'small bad' : 'small fair' },
    (state === 'reached' ? 'A limit is reached: ' : 'A limit is near: ') + message
      + ' It begins anew ' + end + ', and is set by ', h('code', {}, name), '.');
}

// The window of a plan that there is least left of.
function left({ title, plan }) {
  const running = plan.filter((window) => window.used_percent !== null && window.name !== EXTRA
    && new Date(window.resets) > Date.now());
  if (!running.length) return null;
  const { name, used_percent: used } = running.reduce((a, b) => (
    b.used_percent > a.used_percent ? b : a));
  const share = Math.max(0, 100 - used) / 100;
  const [, length, unit] = /^(\d+) (hours|days)$/.exec(name === 'week' ? '7 days' : name) ?? [];
  return (length ? (share * length).toFixed(1) + ' of ' + length + ' ' + unit + ' of the ' + title
    + ' window' : Math.round(100 * share) + ' % of the ' + title + ' window (' + name + ')')
    + ' left';
}
