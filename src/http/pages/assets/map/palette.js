// The colours of the map: those of the style sheet, so that light and dark are decided there alone.

const NAMES = ['paper', 'section', 'section-edge', 'ink', 'quiet', 'accent', 'on-accent', 'mine', 'danger', 'stage', 'on-stage',
  'held', 'booked', 'withheld'];

/** Reads the colours that hold for `element` now. */
export function paletteFor(element, scene) {
  const style = getComputedStyle(element);
  const colours = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--map-${name}`).trim()]));
  return {
    ...colours,
    categories: Uint32Array.from(scene.categories, ({ colour }) => packed(colour)),
    // What can be read on them.
    inks: Uint32Array.from(scene.categories, ({ colour }) => packed(isDark(colour) ? '#ffffff' : '#111111')),
    // In the order of the statuses; an available seat has the colour of its category.
    statuses: Uint32Array.from(['accent', 'held', 'booked', 'withheld'], (name) => packed(colours[name])),
    font: style.fontFamily,
  };
}

/** `#rrggbb` as the lower three bytes of a pixel. */
function packed(colour) {
  const number = Number.parseInt(colour.slice(1), 16);
  return ((number & 0xff) << 16) | (number & 0xff00) | (number >> 16);
}

/** Whether white is easier to read than black on this colour (WCAG's relative luminance). */
function isDark(colour) {
  const number = Number.parseInt(colour.slice(1), 16);
  const [red, green, blue] = [16, 8, 0].map((shift) => ((number >> shift) & 0xff) / 255).map((part) => (
    part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.3;
}
