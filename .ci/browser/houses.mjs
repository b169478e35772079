// Houses to test with.

/** A small club: two rows in the stalls and a floor to stand on. */
export function club() {
  return {
    currency: 'EUR',
    categories: [{ name: 'gold', price: 9000, colour: '#b7791f' }, { name: 'standing', price: 4500, colour: '#0f9d8a' }],
    sections: [{ name: 'Stalls', category: 'gold', rows: [{ label: 'A', seats: 12 }, { label: 'B', seats: 14 }] }],
    areas: [{ name: 'Floor', capacity: 200, category: 'standing' }],
  };
}

/** Rows on arcs around a stage: `sections` side by side, as in a theatre or an arena. */
export function fan({ sections, rows, seats, from = 12, spread = 150, categories, traits = () => ({}), names = (nth) => `Block ${nth + 1}` }) {
  const step = spread / sections;
  const shown = Array.from({ length: sections }, (_, nth) => ({
    name: names(nth),
    rows: Array.from({ length: rows }, (_, row) => ({
      label: rowName(row),
      category: categories[Math.min(Math.floor((row * categories.length) / rows), categories.length - 1)].name,
      seats: arc(from + row * 1.15, step * nth - spread / 2, step, seats(row), (seat) => traits({ section: nth, row, seat })),
    })),
  }));
  return { currency: 'EUR', focus: { x: 0, y: 0 }, categories, sections: shown };
}

/** Seats from left to right on a part of a circle, with an aisle's room at both ends. */
function arc(radius, from, width, count, traits) {
  return Array.from({ length: count }, (_, seat) => {
    const gap = (1.1 / radius) * (180 / Math.PI);
    const angle = ((from + gap + ((width - 2 * gap) * seat) / Math.max(count - 1, 1)) * Math.PI) / 180;
    const round = (value) => Math.round(value * 1000) / 1000;
    return { label: String(seat + 1), x: round(radius * Math.sin(angle)), y: round(radius * Math.cos(angle)), ...traits(seat) };
  });
}

/** A, B, ... Z, AA, AB, ... */
function rowName(nth) {
  const letter = String.fromCharCode(65 + (nth % 26));
  return nth < 26 ? letter : rowName(Math.floor(nth / 26) - 1) + letter;
}

/** A theatre with three blocks on arcs, some seats for wheelchairs and some behind a pillar. */
export function theatre() {
  return fan({
    sections: 3,
    rows: 14,
    seats: (row) => 10 + Math.floor(row * 1.05),
    spread: 110,
    names: (nth) => ['Left', 'Centre', 'Right'][nth],
    categories: [
      { name: 'Premium', price: 12000, colour: '#7c3aed' },
      { name: 'Stalls', price: 8500, colour: '#2563eb' },
      { name: 'Balcony', price: 4900, colour: '#0f9d8a' },
    ],
    traits: ({ section, row, seat }) => ({
      ...(row === 13 && seat < 3 ? { accessible: true } : {}),
      ...(row === 13 && seat === 3 ? { companion: true } : {}),
      ...(row === 9 && section !== 1 && seat % 9 === 4 ? { restricted_view: true } : {}),
    }),
  });
}

/** A hundred thousand seats in three tiers all around a stage. */
export function arena() {
  const blocks = 32;
  const categories = [
    { name: 'Front', price: 25000, colour: '#b5179e' },
    { name: 'Lower tier', price: 17500, colour: '#7c3aed' },
    { name: 'Middle tier', price: 11000, colour: '#2563eb' },
    { name: 'Upper tier', price: 6500, colour: '#0f9d8a' },
    { name: 'Top', price: 3900, colour: '#b7791f' },
  ];
  const sections = [[42, 48], [93, 48], [144, 52]].flatMap(([from, rows], tier) => Array.from({ length: blocks }, (_, block) => ({
    name: String((tier + 1) * 100 + block + 1),
    rows: Array.from({ length: rows }, (_, row) => {
      const radius = from + row;
      const seats = Math.floor((2 * Math.PI * radius) / blocks - 1.2);
      const nth = tier === 0 ? Number(row > 14) : tier === 1 ? 2 : 3 + Number(row > 26);
      return { label: rowName(row), category: categories[nth].name, seats: arc(radius, (360 / blocks) * block, 360 / blocks, seats, () => ({})) };
    }),
  })));
  return { currency: 'EUR', focus: { x: 0, y: 0 }, categories, sections };
}
