// The other of two workers that train one network together. Each reads half of every batch; both add what both have
// computed, and step alike, so that their weights stay the same: a + b and b + a have the same bits.

export class Peer {
  side; // 0 or 1
  port;
  parcels = []; // those that came before they were waited for
  take = undefined;

  /** @param {{ port: MessagePort, side: number }} place */
  constructor({ port, side }) {
    Object.assign(this, { port, side });
    port.addEventListener("message", ({ data }) => {
      if (!this.take) this.parcels.push(data);
      else this.take(data);
      this.take = undefined;
    });
    port.start();
  }

  // Sends a parcel, whose arrays are gone then, and returns a promise of the other's parcel for the same step.
  exchange(parcel) {
    this.port.postMessage(parcel, Object.values(parcel).flatMap((part) => part.buffer ?? []));
    if (this.parcels.length) return Promise.resolve(this.parcels.shift());
    return new Promise((take) => { this.take = take; });
  }
}
