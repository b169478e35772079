// What a buyer has chosen and nobody has reserved yet: seats by number, places by area.

export class Choice {
  constructor() {
    this.seats = new Set();
    this.places = new Map();
  }

  get quantity() {
    return this.seats.size + [...this.places.values()].reduce((sum, quantity) => sum + quantity, 0);
  }

  /** So many more or fewer places of an area. Says how many are chosen then. */
  addPlaces(area, more) {
    const quantity = Math.max((this.places.get(area) ?? 0) + more, 0);
    if (quantity > 0) this.places.set(area, quantity);
    else this.places.delete(area);
    return quantity;
  }

  clear() {
    this.seats.clear();
    this.places.clear();
  }

  /** As `/v1` wants it named. */
  named(scene) {
    return {
      seats: [...this.seats].map((seat) => scene.label(seat)),
      areas: [...this.places].map(([area, quantity]) => ({ area: area.name, quantity })),
    };
  }
}
