// 'Best available': so many seats, chosen by the server from what is free at that very moment.

import { byId, element } from '../dom.js';
import { ACCESSIBLE } from '../map/scene.js';
import { seatsWord } from '../words.js';
import { categoryName } from './names.js';

const USUAL_QUANTITY = 2;

export class BestForm {
  constructor(scene, shop) {
    this.shop = shop;
    const sold = new Set(scene.category);
    const quantities = Array.from({ length: shop.seatsMax }, (_, nth) => nth + 1);
    byId('best-quantity').replaceChildren(...quantities.map((number) => element('option', { value: number }, String(number))));
    byId('best-quantity').value = Math.min(USUAL_QUANTITY, shop.seatsMax);
    byId('best-category').replaceChildren(
      element('option', { value: '' }, 'Anywhere'),
      ...scene.categories.filter(({ nth }) => sold.has(nth)).map((category) => element('option', { value: category.name }, categoryName(scene, category))),
    );
    byId('best-accessible-field').hidden = !scene.traits.some((traits) => traits & ACCESSIBLE);
    byId('best-quantity').addEventListener('change', () => this.show());
    byId('best').addEventListener('submit', (event) => {
      event.preventDefault();
      this.reserve();
    });
    this.hasSeats = scene.numbered > 0;
    this.show();
  }

  show() {
    const { shop } = this;
    byId('best').hidden = !this.hasSeats || Boolean(shop.obstacle) || shop.phase !== 'choosing';
    byId('best-reserve').disabled = shop.isBusy;
    byId('best-reserve').textContent = `Reserve the best ${seatsWord(Number(byId('best-quantity').value))}`;
  }

  reserve() {
    const quantity = Number(byId('best-quantity').value);
    const category = byId('best-category').value;
    this.shop.reserveBest({
      quantity,
      categories: category ? [category] : [],
      adjacent: byId('best-adjacent').checked ? 'required' : 'any',
      accessible: byId('best-accessible').checked ? 1 : 0,
    });
  }
}
