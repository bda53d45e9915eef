// The first visit: a card that leads until somebody can answer, and whether the game has called.

import { $, ago, clock, copyButton, put, toggle } from './core.js';
import { answerBox, ask } from './trial.js';

const LINE = 'Hail, traveller. Who are you?';

export function start() {
  const endpoint = location.origin + '/v1/chat/completions';
  for (const place of [$('first-endpoint'), ...document.querySelectorAll('.endpoint')]) {
    put(place, endpoint);
  }
  $('first-endpoint-copy').append(copyButton('endpoint for the game', endpoint));
  $('first-model-copy').append(copyButton('model for the game', 'demo'));
  $('first-ask').addEventListener('click', async ({ target }) => {
    target.disabled = true;
    const answer = answerBox('demo');
    $('first-answer').replaceChildren(answer.root);
    await ask('demo', { messages: [{ role: 'user', content: LINE }] }, answer);
    target.disabled = false;
  });
}

// What sleeps may be a program that just happens to be installed: it counts once the game has asked
// for more than the demo. Who has answered the game is set up, however they are now.
export function isSetUp({ providers, game }) {
  const others = providers.filter((p) => p.name !== 'demo');
  return others.some((p) => p.state === 'ready') || !!game && game.model !== 'demo'
    && (game.outcome === 'answered' || others.some((p) => p.state === 'asleep'));
}

export function show(stats) {
  const { game, now } = stats;
  toggle($('first'), !isSetUp(stats));
  put($('game'), game ? 'SkyrimNet last called ' + ago(game.when, new Date(now)) + ', at '
    + clock(game.when) + ', for ' + (game.asked || 'no model in particular')
    + (game.model && game.model !== game.asked ? ', which went to ' + game.model : '') + '.'
    : 'SkyrimNet has not called yet.').className = game ? 'muted small' : 'fair';
  toggle($('game-checks'), !game);
}
