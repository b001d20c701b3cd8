/** Reads the sizes out of an operator's name, in words (`3 by 3, expansion 6`), codes (`k5_e6`) or a call. */

export interface Sizes {
  /** Kernels in the order in which they were named, height first. */
  readonly kernels: readonly (readonly [number, number])[];
  readonly groups?: number;
  readonly dilation?: number;
  readonly expansion?: number;
  readonly stride?: number;
  readonly channelsIn?: number;
}

/** An operator's name without its sizes, and these. */
export interface SizedName {
  readonly name: string;
  readonly sizes: Sizes;
}

type SizeName = 'groups' | 'dilation' | 'expansion' | 'stride';

const GIVEN = '(?: of)?\\s*[=:]?\\s*';

/** A square kernel in code: `k5`, `ks=5`, `kernel size 5`. */
const SQUARE = new RegExp(`\\bk(?:s|ernel)?(?: ?size)?${GIVEN}(\\d+)\\b`);

const CODES: readonly (readonly [SizeName, RegExp])[] = [
  ['expansion', /(?<=\bmb(?:conv)?) ?(\d+)\b/],
  ['expansion', new RegExp(`\\b(?:e|exp|expand|expansion)(?: ratio| factor)?${GIVEN}(\\d+(?:\\.\\d+)?)\\b`)],
  ['groups', /\b(\d+) ?groups?\b/],
  ['groups', new RegExp(`\\b(?:g|groups?|cardinality)${GIVEN}(\\d+)\\b`)],
  ['dilation', new RegExp(`\\b(?:d|dilation|rate)(?: rate)?${GIVEN}(\\d+)\\b`)],
  ['stride', new RegExp(`\\b(?:s|strides?)${GIVEN}(\\d+)\\b`)],
];

/** Sizes named in words or codes; they are cut out of the name. */
export function sizesInWords(text: string): SizedName {
  let name = text
    .replace(/(\d)\s*[x×*]\s*(?=\d)/g, '$1 by ')
    .replace(/[_+/|&-]+/g, ' ')
    .replace(/\bse0?\.\d+\b/, 'se');
  const kernels: [number, number][] = [];
  const sizes: Partial<Record<SizeName, number>> = {};
  name = name.replace(/(\d+) by (\d+)/g, (_match, height: string, width: string) => {
    kernels.push([Number(height), Number(width)]);
    return ' ';
  });
  name = name.replace(SQUARE, (_match, side: string) => {
    kernels.push([Number(side), Number(side)]);
    return ' ';
  });
  for (const [size, code] of CODES) {
    name = name.replace(code, (_match, value: string) => {
      sizes[size] ??= Number(value);
      return ' ';
    });
  }
  return { name, sizes: { kernels, ...sizes } };
}

/** Positional arguments of PyTorch's layers, by what the layer's name says it is. */
function signatureOf(name: string): readonly string[] {
  if (/conv/.test(name)) {
    return ['in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'dilation', 'groups'];
  }
  if (/adaptive/.test(name)) return ['output_size'];
  if (/pool/.test(name)) return ['kernel_size', 'stride', 'padding', 'dilation'];
  return [];
}

function pairOf(value: string | undefined): readonly [number, number] | undefined {
  const numbers = value?.match(/^[([]?\s*(\d+)(?:\s*,\s*(\d+))?\s*[)\]]?$/);
  return numbers ? [Number(numbers[1]), Number(numbers[2] ?? numbers[1])] : undefined;
}

/** `mode='bilinear'` says which upsampling or padding is meant. */
const modeOf = (given: ReadonlyMap<string, string>): string => (given.get('mode') ?? '').replace(/\W/g, '');

/** Sizes of a call as in source code, `nn.Conv2d(64, 64, kernel_size=3)`; `undefined` for any other text. */
export function sizesInCall(text: string): SizedName | undefined {
  const call = /^([a-z_][\w.]*)\s*\((.*)\)$/.exec(text);
  if (call === null) return undefined;
  const name = (call[1] ?? '').replace(/^.*\./, '');
  const signature = signatureOf(name);
  const given = new Map<string, string>();
  const args = call[2]?.match(/(?:[([][^()[\]]*[)\]]|[^,()[\]])+/g) ?? [];
  args.forEach((arg, position) => {
    const named = /^\s*(\w+)\s*=\s*(.+?)\s*$/.exec(arg);
    const key = named?.[1] ?? signature[position];
    if (key !== undefined) given.set(key, named?.[2] ?? arg.trim());
  });
  const numberOf = (key: string): number | undefined => pairOf(given.get(key))?.[0];
  const kernel = pairOf(given.get('kernel_size'));
  const sizes = {
    groups: numberOf('groups'),
    dilation: numberOf('dilation'),
    stride: numberOf('stride'),
    channelsIn: numberOf('in_channels'),
  };
  const stated = Object.entries(sizes).filter(([, value]) => value !== undefined);
  const wholeMap = /^adaptive/.test(name) && pairOf(given.get('output_size'))?.every((side) => side === 1);
  return {
    name: wholeMap ? name.replace('adaptive', 'global') : `${modeOf(given)}${name}`,
    sizes: { kernels: kernel === undefined ? [] : [kernel], ...Object.fromEntries(stated) },
  };
}
