/**
 * Units promised to requests that are being worked on.
 *
 * They are kept in memory alone. An account's object that dies forgets them, which is to release them; whoever
 * then commits without a reservation is checked against the quota again. A Worker that dies leaves its
 * reservation behind until the deadline.
 */
export interface Reservation {
  /** The request that holds it: a retry of the same call holds what it held. */
  readonly holder: string;
  readonly units: number;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

export class Reservations {
  private readonly held = new Map<string, Reservation>();

  /** Who holds the charge `id` now, if anybody. */
  holder(id: string, now: number): string | undefined {
    const reservation = this.held.get(id);
    return reservation !== undefined && reservation.deadline > now ? reservation.holder : undefined;
  }

  /** Units promised to all charges but `id`. */
  unitsBeside(id: string, now: number): number {
    let units = 0;
    for (const [other, reservation] of this.held) {
      if (reservation.deadline <= now) this.held.delete(other);
      else if (other !== id) units += reservation.units;
    }
    return units;
  }

  hold(id: string, reservation: Reservation): void {
    this.held.set(id, reservation);
  }

  release(id: string, holder: string): void {
    if (this.held.get(id)?.holder === holder) this.held.delete(id);
  }
}
