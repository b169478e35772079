// What is said to people: numbers, money, times, and what went wrong.

const numbers = new Intl.NumberFormat(undefined);

export const count = (number) => numbers.format(number);

/** `1 seat`, `2 seats`. */
export const seatsWord = (number) => (number === 1 ? '1 seat' : `${count(number)} seats`);

const currencies = new Map();

/** A price in minor units of a currency, such as cents. A chart may leave out either. */
export function money(minor, currency) {
  if (minor === null || minor === undefined) return '';
  if (!currency) return count(minor);
  // Making a format takes far longer than using it.
  if (!currencies.has(currency)) currencies.set(currency, new Intl.NumberFormat(undefined, { style: 'currency', currency }));
  const format = currencies.get(currency);
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** Minutes and seconds, as a clock shows them. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Minutes and seconds, as they are said. */
export function spoken(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  const part = (number, word) => (number === 1 ? `1 ${word}` : `${number} ${word}s`);
  return [minutes > 0 && part(minutes, 'minute'), (rest > 0 || minutes === 0) && part(rest, 'second')].filter(Boolean).join(' ');
}

/** A moment, in the reader's own words. */
export function moment(text) {
  return new Date(text).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

export const stateWord = (state) => ({ open: 'On sale', paused: 'Paused', closed: 'Closed' })[state] ?? state;

const PROBLEMS = {
  unreachable: 'The server cannot be reached. Check your connection and try again.',
  'unknown-event': 'There is no such event.',
  'event-closed': 'This event is over.',
  'event-paused': 'The sale is paused. Nothing new was reserved.',
  'not-on-sale': 'This event is not on sale now.',
  'not-enough-seats': 'There are not that many free seats of this kind left.',
  'seats-held': 'Somebody was faster: another buyer has just reserved what you chose.',
  'seats-taken': 'Somebody was faster: what you chose has just been sold.',
  'orphans-left': 'Your choice would leave a single seat between others. Please choose without a gap.',
  'user-limit': 'You have as many seats as one person can have.',
  'cooling-down': 'You let these seats go just now. Others get a chance first.',
  'hold-ended': 'The time is over: your seats have been released.',
  'unknown-hold': 'The time is over: your seats have been released.',
  'at-longest': 'The time cannot be extended any further.',
  'already-booked': 'These seats are booked already.',
  'key-missing': 'Seats of this event are sold by the box office, not on this page.',
  'role-too-small': 'This key may not do that.',
  'key-unknown': 'The server does not know this key.',
  'too-often': 'That was too often. Please wait a moment.',
  'too-many-streams': 'This event is open in too many windows.',
  busy: 'Very many people are buying right now. Please try again in a moment.',
  'took-too-long': 'The server took too long. Please try again.',
  'ledger-full': 'The server cannot take orders right now. Nothing new was reserved.',
};

/** What to tell people of a `Problem`, or of whatever else went wrong. */
export function wordsFor(problem) {
  if (problem?.status === 409 && problem.kind === 'not-on-sale' && problem.told.opens) {
    return `The sale begins on ${moment(problem.told.opens)}.`;
  }
  return PROBLEMS[problem?.kind] ?? problem?.told?.detail ?? problem?.message ?? 'Something went wrong.';
}
