/**
 * Takes a search from one stored state to the next. All of a step that others could see is written in one
 * transaction; until then nothing has happened, and the step may be made again by whoever comes after a crash.
 */
import { ArchitectureError } from '../../graph/architecture-error.ts';
import { spaceOf } from '../../spaces/registry.ts';
import type { Space } from '../../spaces/space.ts';
import { best, type Found } from '../result.ts';
import { ask, type SearchState, tell } from '../search.ts';
import { SearchError } from '../search-error.ts';
import { fanOut, type ScoreSubjects, STEP_CANDIDATES } from './fan-out.ts';
import { progressOf, scoredOf, shownArchitecture } from './found.ts';
import type { Meter, StepCharge } from './meter.ts';
import type { SearchOrder, SearchProblem, SearchStatus } from './order.ts';
import type { NewEvent, PendingCharge, SearchStore } from './store.ts';

/** What a search is conducted with. */
export interface Means {
  /** @throws WrongModel when another model would answer than the search began with */
  score(order: SearchOrder): ScoreSubjects;
  readonly meter: Meter;
  /** Milliseconds since the epoch. */
  now(): number;
  pause(milliseconds: number): Promise<void>;
}

/** What comes after a step: another one, nothing, or another one later. */
export type Next = 'again' | 'ended' | { readonly after: number };

/** Failed steps in a row before a search is given up; the last pauses are minutes. */
const MAX_FAILURES = 12;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 120_000;

export class Conductor {
  readonly order: SearchOrder;
  readonly space: Space;
  private readonly store: SearchStore;
  private readonly means: Means;
  private readonly onChange: () => void;
  private at: SearchState | undefined;
  private bestFound: Found | undefined;

  /** @param onChange called after every commit */
  constructor(store: SearchStore, means: Means, onChange: () => void) {
    this.store = store;
    this.means = means;
    this.onChange = onChange;
    this.order = store.order();
    this.space = spaceOf(this.order.space);
  }

  get state(): SearchState {
    if (this.at === undefined) {
      this.at = this.store.state();
      this.bestFound = best(this.at);
    }
    return this.at;
  }

  private get isRunning(): boolean {
    return this.store.standing().status === 'running';
  }

  /** Makes one step. Never throws: what goes wrong is counted, and tried again or told. */
  async step(): Promise<Next> {
    if (!this.isRunning) return 'ended';
    try {
      return await this.attempt();
    } catch (error) {
      return this.failed(error);
    }
  }

  private async attempt(): Promise<Next> {
    const owed = await this.settle();
    if (owed !== undefined) return this.end('failed', owed);
    const asked = ask(this.space, this.state);
    if (asked.candidates.length === 0) {
      this.commit(asked.state, 0);
      return asked.state.finish === null ? 'again' : this.end('completed');
    }
    const candidates = asked.candidates.slice(0, STEP_CANDIDATES);
    const refusal = await this.means.meter.reserve(
      this.chargeOf({ step: this.store.standing().step + 1, units: candidates.length }),
    );
    if (refusal !== undefined) return this.end('failed', refusal);
    const { scores, failure } = await fanOut(candidates, this.means.score(this.order), this.means.pause);
    // Cancelled meanwhile: the scores come too late to count.
    if (!this.isRunning) return 'ended';
    if (scores.size > 0) this.commit(tell(asked.state, scores), scores.size);
    if (failure !== undefined) throw failure;
    const unpaid = await this.settle();
    return unpaid === undefined ? 'again' : this.end('failed', unpaid);
  }

  private commit(state: SearchState, units: number): void {
    const stored = this.state.evaluations.length;
    const before = this.bestFound;
    const added = state.evaluations.slice(stored);
    const found = best({ ...state, evaluations: before === undefined ? added : [before, ...added] });
    const progress = { ...progressOf(state), scored: scoredOf(added) };
    const events: NewEvent[] = units === 0 ? [] : [{ type: 'progress', data: progress }];
    if (found !== undefined && found.key !== before?.key) {
      const data = { evaluations: progressOf(state).evaluations, ...shownArchitecture(this.space, found) };
      events.push({ type: 'best', data });
    }
    this.store.commitStep({ state, stored, units, events });
    this.at = state;
    this.bestFound = found;
    this.onChange();
  }

  private chargeOf({ step, units }: PendingCharge): StepCharge {
    return { id: `${this.order.id}:${step}`, payer: this.order.payer, units };
  }

  /** Charges what was committed and is not charged yet. */
  async settle(): Promise<SearchProblem | undefined> {
    for (const pending of this.store.pendingCharges()) {
      const refusal = await this.means.meter.commit(this.chargeOf(pending));
      this.store.settle(pending.step);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /** Ends the search, unless it has ended. */
  end(status: Exclude<SearchStatus, 'running'>, problem?: SearchProblem): 'ended' {
    const now = this.means.now();
    const { finish } = this.state;
    const data = {
      state: status,
      finish,
      ...(problem === undefined ? {} : { problem }),
      ...progressOf(this.state),
    };
    const { webhook } = this.order;
    const ended = this.store.end(
      status,
      now,
      { type: 'end', data },
      {
        ...(problem === undefined ? {} : { problem }),
        ...(webhook === undefined ? {} : { delivery: { attempts: 0, next: now, delivered: false } }),
      },
    );
    if (ended) this.onChange();
    return 'ended';
  }

  private failed(error: unknown): Next {
    if (!this.isRunning) return 'ended';
    // These say that the search itself is wrong: the same would come of trying again.
    if (error instanceof SearchError || error instanceof ArchitectureError) {
      return this.end('failed', { code: error.code, detail: error.message });
    }
    console.error(error);
    const failures = this.store.countFailure();
    if (failures >= MAX_FAILURES) {
      const detail = `${failures} steps in a row could not be made; what was scored until then is kept`;
      return this.end('failed', { code: 'search-stuck', detail });
    }
    return { after: Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1)) };
  }
}
