// The foot of the page: a report for others, and the start when the player logs in.

import { $, copy, get, post, put, say, toggle } from './core.js';

export async function start() {
  $('report').addEventListener('click', async () => {
    try {
      const { report } = await get('/config/report');
      put($('report-text'), report);
      toggle($('report-text'), true);
      tell(await copy(report) ? 'Copied. This is all that it says:' : 'Select this and copy it:');
    } catch (e) {
      tell(e.message);
    }
  });
  $('autostart').addEventListener('change', async ({ target }) => {
    try {
      const { on, file } = await post('/config/autostart', { on: target.checked });
      tell(on ? 'The proxy starts when you log in, by ' + file + '.'
        : 'The proxy no longer starts when you log in.');
    } catch (e) {
      target.checked = !target.checked;
      tell(e.message);
    }
  });
  const { on, problem } = await get('/config/autostart');
  $('autostart').checked = on;
  $('autostart').disabled = !!problem && !on;
  if (problem) $('autostart').title = problem;
}

function tell(text) {
  put($('system-note'), text);
  say(text);
}
