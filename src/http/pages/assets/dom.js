// Making elements. Texts are only ever set as text, so nothing that anybody typed becomes markup.

/** An element with attributes and children; a text is one child. `onclick` and the like are listeners. */
export function element(name, attributes = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...[children].flat());
  return made;
}

/** The element with this id, which is in the page. */
export const byId = (id) => document.getElementById(id);

/** Says a sentence to whoever can't see the page: by the region with the id `said`, which is `aria-live`. */
export function say(sentence) {
  const region = byId('said');
  // The same sentence twice is news twice.
  region.textContent = region.textContent === sentence ? `${sentence}\u00a0` : sentence;
}
