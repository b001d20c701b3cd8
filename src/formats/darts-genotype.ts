/**
 * DARTS-like cells (Liu et al., ICLR 2019; the NDS spaces of Radosavovic et al., ICCV 2019): a normal and a
 * reduction cell, in each of which every node sums two operators on earlier states; states 0 and 1 are the
 * outputs of the two cells before. Written as papers print genotypes, a Python literal:
 * `Genotype(normal=[('sep_conv_3x3', 1), ...], normal_concat=range(2, 6), reduce=[...], reduce_concat=...)`,
 * optionally followed by the macro rules, `layers=20, channels=36, dataset='cifar10'`.
 */
import { z } from 'zod';
import { ArchitectureError, type Position } from '../graph/architecture-error.ts';
import { looksLikeJson, parseJson, shaped } from './json-value.ts';
import { TextCursor } from './text-cursor.ts';

/** The operators of DARTS and of the NDS spaces, and their canonical words. */
export const DARTS_OPERATORS = {
  none: 'none',
  skip_connect: 'identity',
  avg_pool_3x3: 'average pooling 3 by 3',
  max_pool_3x3: 'max pooling 3 by 3',
  max_pool_5x5: 'max pooling 5 by 5',
  max_pool_7x7: 'max pooling 7 by 7',
  sep_conv_3x3: 'separable convolution 3 by 3',
  sep_conv_5x5: 'separable convolution 5 by 5',
  sep_conv_7x7: 'separable convolution 7 by 7',
  dil_conv_3x3: 'dilated separable convolution 3 by 3',
  dil_conv_5x5: 'dilated separable convolution 5 by 5',
  dil_sep_conv_3x3: 'dilated separable convolution 3 by 3',
  conv_1x1: 'convolution 1 by 1',
  conv_3x3: 'convolution 3 by 3',
  conv_3x1_1x3: 'asymmetric convolution 1 by 3 then 3 by 1',
  conv_7x1_1x7: 'asymmetric convolution 1 by 7 then 7 by 1',
} as const;

export type DartsOperator = keyof typeof DARTS_OPERATORS;

/** An operator and the state that it reads. */
export type DartsChoice = readonly [operator: DartsOperator, state: number];

export interface DartsCell {
  /** Two choices a node, in the order of the nodes: choices 2k and 2k + 1 are summed to state k + 2. */
  readonly choices: readonly DartsChoice[];
  /** States concatenated to the cell's output, ascending, each 2 or more. */
  readonly concat: readonly number[];
}

export interface DartsGenotype {
  readonly normal: DartsCell;
  readonly reduce: DartsCell;
  /** Cells in the network; those at one third and two thirds are reduction cells. */
  readonly layers: number;
  /** Channels of the first cells' nodes. */
  readonly channels: number;
  /** What the network is for: images of 32 by 32 and 10 classes, or of 224 by 224 and 1,000. */
  readonly dataset: DartsDataset;
}

export const DARTS_DATASETS = ['cifar10', 'imagenet'] as const;
export type DartsDataset = (typeof DARTS_DATASETS)[number];

/** The CIFAR-10 evaluation network of DARTS. */
export const DARTS_DEFAULTS = { layers: 20, channels: 36, dataset: 'cifar10' } as const;

/** Two cells of this many nodes still fit the graph's 64 nodes. */
export const DARTS_MAX_NODES = 12;
const MAX_LAYERS = 100;
const MAX_CHANNELS = 4_096;
const MAX_LENGTH = 8_192;

type Kind = 'normal' | 'reduce';

const isOperator = (name: string): name is DartsOperator => Object.hasOwn(DARTS_OPERATORS, name);

/** A genotype as read, before its names and numbers are known to make sense. */
interface Draft {
  readonly choices: Readonly<Record<Kind, readonly (readonly [operator: string, state: number])[]>>;
  readonly concat: Readonly<Record<Kind, readonly number[]>>;
  readonly layers: number;
  readonly channels: number;
  readonly dataset: string;
}

/** Finds the place in the caller's input of a part such as `/normal/3/0`. */
type Locate = (pointer: string) => Position;

/** Checks what both notations have in common. */
function genotypeOf(draft: Draft, locate: Locate): DartsGenotype {
  const fail = (code: string, message: string, pointer: string): never => {
    throw new ArchitectureError(code, message, locate(pointer));
  };
  const cell = (kind: Kind): DartsCell => {
    const drafted = draft.choices[kind];
    const nodes = drafted.length / 2;
    if (!Number.isInteger(nodes) || nodes < 1 || nodes > DARTS_MAX_NODES) {
      const expected = `two operators a node, for 1 to ${DARTS_MAX_NODES} nodes`;
      fail('darts-node-count', `${kind} needs ${expected}, got ${drafted.length} operators`, `/${kind}`);
    }
    const choices = drafted.map(([operator, state], i): DartsChoice => {
      if (!isOperator(operator)) {
        const known = Object.keys(DARTS_OPERATORS).join(', ');
        return fail(
          'darts-operator',
          `expected one of ${known}, got ${JSON.stringify(operator)}`,
          `/${kind}/${i}/0`,
        );
      }
      const before = Math.floor(i / 2) + 2;
      if (state >= before) {
        fail(
          'darts-state',
          `node ${before} may read the states 0 to ${before - 1}, got ${state}`,
          `/${kind}/${i}/1`,
        );
      }
      return [operator, state];
    });
    const seen = new Set<number>();
    draft.concat[kind].forEach((state, i) => {
      if (state < 2 || state >= nodes + 2 || seen.has(state)) {
        const expected = `different states of 2 to ${nodes + 1}`;
        fail('darts-concat', `${kind}_concat joins ${expected}, got ${state}`, `/${kind}_concat/${i}`);
      }
      seen.add(state);
    });
    if (seen.size === 0) fail('darts-concat', `${kind}_concat joins no state`, `/${kind}_concat`);
    return { choices, concat: [...seen].sort((a, b) => a - b) };
  };
  const within = (value: number, name: 'layers' | 'channels', max: number): number =>
    value >= 1 && value <= max
      ? value
      : fail(`darts-${name}`, `${name} must be 1 to ${max}, got ${value}`, `/${name}`);
  const dataset =
    DARTS_DATASETS.find((known) => known === draft.dataset) ??
    fail(
      'darts-dataset',
      `dataset must be ${DARTS_DATASETS.join(' or ')}, got ${JSON.stringify(draft.dataset)}`,
      '/dataset',
    );
  return {
    normal: cell('normal'),
    reduce: cell('reduce'),
    dataset,
    layers: within(draft.layers, 'layers', MAX_LAYERS),
    channels: within(draft.channels, 'channels', MAX_CHANNELS),
  };
}

const JSON_CHOICES = z.array(z.tuple([z.string().max(64), z.int().min(0)])).max(2 * DARTS_MAX_NODES);
const JSON_CONCAT = z.array(z.int()).max(DARTS_MAX_NODES);
const JSON_GENOTYPE = z.strictObject({
  normal: JSON_CHOICES,
  normal_concat: JSON_CONCAT,
  reduce: JSON_CHOICES,
  reduce_concat: JSON_CONCAT,
  layers: z.int().default(DARTS_DEFAULTS.layers),
  channels: z.int().default(DARTS_DEFAULTS.channels),
  dataset: z.string().max(64).default(DARTS_DEFAULTS.dataset),
});

function parseObject(value: unknown): DartsGenotype {
  const { normal, reduce, normal_concat, reduce_concat, ...network } = shaped(JSON_GENOTYPE, value);
  return genotypeOf(
    {
      choices: { normal, reduce },
      concat: { normal: normal_concat, reduce: reduce_concat },
      ...network,
    },
    (pointer) => ({ pointer }),
  );
}

const ARGUMENTS = ['normal', 'normal_concat', 'reduce', 'reduce_concat', 'layers', 'channels', 'dataset'];

/** Reads the Python literal, noting where each part of it stands. */
class GenotypeReader {
  readonly #cursor: TextCursor;
  readonly #offsets = new Map<string, number>();

  constructor(text: string) {
    this.#cursor = new TextCursor(text, 'darts-syntax', MAX_LENGTH);
  }

  readonly locate: Locate = (pointer) => ({ pointer: '', offset: this.#offsets.get(pointer) ?? 0 });

  read(): Draft {
    const cursor = this.#cursor;
    this.#space();
    // Papers and repositories print assignments: `DARTS_V2 = Genotype(...)`.
    const named = /[A-Za-z_]\w*\s*=\s*(?=Genotype)/y;
    cursor.take(named);
    cursor.expect('Genotype');
    this.#symbol('(');
    const choices = new Map<string, (readonly [string, number])[]>();
    const concat = new Map<string, number[]>();
    const network: { layers?: number; channels?: number; dataset?: string } = {};
    this.#list(')', () => {
      const start = cursor.at;
      const key = cursor.take(/[a-z_]+/y);
      if (choices.has(key) || concat.has(key) || Object.hasOwn(network, key)) {
        cursor.fail(`"${key}" only once`, undefined, start);
      }
      this.#symbol('=');
      this.#offsets.set(`/${key}`, cursor.at);
      if (key === 'normal' || key === 'reduce') choices.set(key, this.#choices(key));
      else if (key === 'normal_concat' || key === 'reduce_concat') concat.set(key, this.#concat(key));
      else if (key === 'layers' || key === 'channels') network[key] = this.#integer();
      else if (key === 'dataset') network.dataset = this.#quoted();
      else cursor.fail(`one of ${ARGUMENTS.join(', ')}`, undefined, start);
    });
    this.#space();
    cursor.expectEnd();
    const given = <T>(parts: ReadonlyMap<string, T>, key: string): T => {
      const part = parts.get(key);
      return part === undefined ? cursor.fail(`"${key}=" in the genotype`) : part;
    };
    return {
      choices: { normal: given(choices, 'normal'), reduce: given(choices, 'reduce') },
      concat: { normal: given(concat, 'normal_concat'), reduce: given(concat, 'reduce_concat') },
      ...DARTS_DEFAULTS,
      ...network,
    };
  }

  #space(): void {
    this.#cursor.take(/\s*/y);
  }

  /** `symbol`, with any space around it. */
  #symbol(symbol: string): void {
    this.#space();
    this.#cursor.expect(symbol);
    this.#space();
  }

  /** Items separated by commas, one more comma allowed at the end, up to and with `close`. */
  #list(close: string, item: () => void): void {
    const cursor = this.#cursor;
    for (let first = true; !cursor.skip(close); first = false) {
      if (!first) {
        this.#symbol(',');
        if (cursor.skip(close)) return;
      }
      item();
      this.#space();
    }
  }

  /** Opens a Python list or tuple and returns what closes it. */
  #open(): string {
    const cursor = this.#cursor;
    const close = cursor.skip('[') ? ']' : cursor.skip('(') ? ')' : cursor.fail('"[" or "("');
    this.#space();
    return close;
  }

  #integer(): number {
    const digits = this.#cursor.take(/\d{1,6}/y);
    return digits === '' ? this.#cursor.fail('a whole number') : Number(digits);
  }

  #quoted(): string {
    const cursor = this.#cursor;
    const quote = cursor.skip("'") ? "'" : cursor.skip('"') ? '"' : cursor.fail('a name in quotes');
    const name = cursor.take(/\w*/y);
    cursor.expect(quote);
    return name;
  }

  #choices(kind: Kind): (readonly [string, number])[] {
    const cursor = this.#cursor;
    const choices: (readonly [string, number])[] = [];
    this.#list(this.#open(), () => {
      const close = this.#open();
      this.#offsets.set(`/${kind}/${choices.length}/0`, cursor.at);
      const operator = this.#quoted();
      this.#symbol(',');
      this.#offsets.set(`/${kind}/${choices.length}/1`, cursor.at);
      choices.push([operator, this.#integer()]);
      this.#symbol(close);
    });
    return choices;
  }

  #concat(key: string): number[] {
    const cursor = this.#cursor;
    const states: number[] = [];
    if (cursor.skip('range')) {
      this.#symbol('(');
      const first = this.#integer();
      this.#symbol(',');
      const end = this.#integer();
      this.#symbol(')');
      // One state past the bound is enough for the range to be refused.
      for (let state = first; state < Math.min(end, first + DARTS_MAX_NODES + 1); state++) {
        this.#offsets.set(`/${key}/${states.length}`, this.#offsets.get(`/${key}`) ?? 0);
        states.push(state);
      }
      return states;
    }
    this.#list(this.#open(), () => {
      this.#offsets.set(`/${key}/${states.length}`, cursor.at);
      states.push(this.#integer());
    });
    return states;
  }
}

/** @throws ArchitectureError with a `darts-*` or `json-*` code */
export function parseGenotype(given: unknown): DartsGenotype {
  if (typeof given !== 'string') return parseObject(given);
  if (looksLikeJson(given)) return parseObject(parseJson(given));
  const reader = new GenotypeReader(given);
  return genotypeOf(reader.read(), reader.locate);
}

/** The genotype as papers print it; macro rules are named where they are not the default. */
export function printGenotype({ normal, reduce, layers, channels, dataset }: DartsGenotype): string {
  const choices = (cell: DartsCell) =>
    `[${cell.choices.map(([operator, state]) => `('${operator}', ${state})`).join(', ')}]`;
  const concat = ({ concat: states }: DartsCell) => {
    const [first = 0, last = 0] = [states[0], states.at(-1)];
    return last - first + 1 === states.length ? `range(${first}, ${last + 1})` : `[${states.join(', ')}]`;
  };
  return `Genotype(${[
    `normal=${choices(normal)}, normal_concat=${concat(normal)}`,
    `reduce=${choices(reduce)}, reduce_concat=${concat(reduce)}`,
    ...(layers === DARTS_DEFAULTS.layers ? [] : [`layers=${layers}`]),
    ...(channels === DARTS_DEFAULTS.channels ? [] : [`channels=${channels}`]),
    ...(dataset === DARTS_DEFAULTS.dataset ? [] : [`dataset='${dataset}'`]),
  ].join(', ')})`;
}
