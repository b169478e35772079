// Asks before something is done that cannot be taken back.

import { byId } from '../dom.js';

/** Whether the reader wants it. Escape means that he doesn't. */
export function question({ title, text, verb }) {
  const dialog = byId('question');
  byId('question-title').textContent = title;
  byId('question-text').textContent = text;
  byId('question-yes').textContent = verb;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener('close', () => answer(dialog.returnValue === 'yes'), { once: true });
  });
}
