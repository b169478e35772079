// Fingers, wheels and keys that move the map.

const TAP_PIXELS = 8;
const KEY_STEP = 90;

/** Lets people move `map` by its `canvas`. The map is told of taps, and of boxes while it is `boxing`. */
export function listen(canvas, map) {
  const pointers = new Map();
  let travelled = 0;
  let boxFrom = null;

  const place = (event) => {
    const frame = canvas.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, place(event));
    boxFrom = map.boxing && pointers.size === 1 ? place(event) : null;
  });

  canvas.addEventListener('pointermove', (event) => {
    const now = place(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      map.hover(...now);
      return;
    }
    travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (boxFrom && pointers.size === 1) map.showBox(boxFrom, now);
    else if (pointers.size === 2) pinch(event.pointerId, before, now);
    else if (travelled > TAP_PIXELS) map.pan(now[0] - before[0], now[1] - before[1]);
    if (travelled > TAP_PIXELS || pointers.size === 2) pointers.set(event.pointerId, now);
  });

  function pinch(id, before, now) {
    const [, still] = [...pointers].find(([other]) => other !== id);
    const apart = (place) => Math.hypot(place[0] - still[0], place[1] - still[1]);
    const middle = [(now[0] + still[0]) / 2, (now[1] + still[1]) / 2];
    map.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    map.zoom(apart(now) / Math.max(apart(before), 1), ...middle);
  }

  const release = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    const isLast = pointers.size === 0;
    if (boxFrom && isLast) map.endBox(event.type === 'pointerup' && travelled > TAP_PIXELS);
    if (event.type === 'pointerup' && isLast && travelled <= TAP_PIXELS) map.tap(...place(event), event);
    if (isLast) boxFrom = null;
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('pointerleave', () => map.hover(null));

  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    // Lines and pages are told by some mice; a pinch on a touchpad comes as a wheel with the control key.
    const unit = [1, 16, 400][event.deltaMode];
    map.zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0018)), ...place(event));
  }, { passive: false });

  canvas.addEventListener('dblclick', (event) => map.glideZoom(2, ...place(event)));

  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      '+': () => map.glideZoom(1.5),
      '=': () => map.glideZoom(1.5),
      '-': () => map.glideZoom(1 / 1.5),
      0: () => map.glideHome(),
      ArrowLeft: () => map.pan(KEY_STEP, 0),
      ArrowRight: () => map.pan(-KEY_STEP, 0),
      ArrowUp: () => map.pan(0, KEY_STEP),
      ArrowDown: () => map.pan(0, -KEY_STEP),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
