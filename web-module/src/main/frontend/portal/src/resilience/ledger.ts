/** What has become of one message of a run. */
interface Line {
  /** Whether the server has acknowledged it. */
  stored: boolean;
  /** How often it has been delivered to this page. */
  delivered: number;
  /** How often it is in the server's history; null before it was looked at. */
  inHistory: number | null;
}

/** The sums of a ledger. */
export interface Totals {
  readonly sent: number;
  readonly stored: number;
  readonly delivered: number;
  /** Acknowledged, but not in the server's history or never delivered once the run is over. */
  readonly lost: number;
  /** Delivered or stored more than once. */
  readonly doubled: number;
  /** Sends that were made twice on purpose and answered as duplicates. */
  readonly duplicates: number;
  /** Pairs that came in another order than the server's. */
  readonly outOfOrder: number;
}

/** Keeps count of every message of a run by its client id, whatever happens to the connection. */
export class Ledger {
  private readonly lines = new Map<string, Line>();
  private duplicates = 0;
  private outOfOrder = 0;
  private lastOffset = 0;

  sent(clientId: string): void {
    this.lines.set(clientId, { stored: false, delivered: 0, inHistory: null });
  }

  stored(clientId: string, duplicate: boolean): void {
    const line = this.lines.get(clientId);
    if (line !== undefined) {
      line.stored = true;
    }
    if (duplicate) {
      this.duplicates++;
    }
  }

  delivered(clientId: string | undefined, offset: number | undefined): void {
    const line = clientId === undefined ? undefined : this.lines.get(clientId);
    if (line === undefined) {
      return; // of an earlier run
    }
    line.delivered++;
    if (offset !== undefined) {
      if (offset <= this.lastOffset) {
        this.outOfOrder++;
      }
      this.lastOffset = Math.max(this.lastOffset, offset);
    }
  }

  /** What the server's history has, by client id; complete for this run. */
  compared(clientIds: readonly string[]): void {
    for (const line of this.lines.values()) {
      line.inHistory = 0;
    }
    for (const clientId of clientIds) {
      const line = this.lines.get(clientId);
      if (line !== undefined) {
        line.inHistory = (line.inHistory ?? 0) + 1;
      }
    }
  }

  /** Whether everything sent has been acknowledged and delivered. */
  get settled(): boolean {
    return [...this.lines.values()].every((line) => line.stored && line.delivered > 0);
  }

  /**
   * @param isOver whether no more is to come: what has not been delivered by then is lost
   */
  totals(isOver: boolean): Totals {
    const lines = [...this.lines.values()];
    const count = (wanted: (line: Line) => boolean) => lines.filter(wanted).length;
    return {
      sent: lines.length,
      stored: count((line) => line.stored),
      delivered: count((line) => line.delivered > 0),
      lost: count(
        (line) => line.stored && (line.inHistory === 0 || (isOver && line.delivered === 0)),
      ),
      doubled: count((line) => line.delivered > 1 || (line.inHistory ?? 0) > 1),
      duplicates: this.duplicates,
      outOfOrder: this.outOfOrder,
    };
  }
}
