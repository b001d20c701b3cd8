import { useState } from 'preact/hooks';
import type { SearchRequest } from '../../client/client.ts';
import { ALGORITHMS } from '../../search/settings.ts';
import { SPACES } from '../../spaces/registry.ts';

/** What is typed, as text: an empty limit is none. */
interface Fields {
  readonly space: string;
  readonly algorithm: (typeof ALGORITHMS)[number];
  readonly evaluations: string;
  readonly objective: '' | 'params' | 'flops' | 'depth';
  readonly maxParams: string;
  readonly maxFlops: string;
  readonly seed: string;
}

const FIRST: Fields = {
  space: 'nas-bench-201',
  algorithm: 'hybrid',
  evaluations: '1000',
  objective: 'flops',
  maxParams: '',
  maxFlops: '',
  seed: '7',
};

/** The request that the fields say. */
export function requestOf(fields: Fields): SearchRequest {
  const { space, algorithm, evaluations, objective, maxParams, maxFlops, seed } = fields;
  const limits = [
    ['params', maxParams],
    ['flops', maxFlops],
  ].flatMap(([name = '', max = '']) => (max.trim() === '' ? [] : [[name, { max: Number(max) }] as const]));
  return {
    space,
    algorithm,
    budget: { evaluations: Number(evaluations) },
    ...(objective === '' ? {} : { objectives: ['score', objective] }),
    ...(limits.length === 0 ? {} : { constraints: Object.fromEntries(limits) }),
    seed: Number(seed),
  };
}

interface SearchFormProps {
  readonly busy: boolean;
  readonly onStart: (request: SearchRequest) => void;
  readonly onChange: (request: SearchRequest) => void;
}

export const FIRST_REQUEST = requestOf(FIRST);

export function SearchForm({ busy, onStart, onChange }: SearchFormProps) {
  const [fields, setFields] = useState(FIRST);
  const field = <Name extends keyof Fields>(name: Name) => ({
    id: `search-${name}`,
    value: fields[name],
    onInput: (event: { currentTarget: { value: string } }) => {
      const next = { ...fields, [name]: event.currentTarget.value } as Fields;
      setFields(next);
      onChange(requestOf(next));
    },
  });
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        onStart(requestOf(fields));
      }}
    >
      <label for="search-space">Space</label>
      <select {...field('space')}>
        {[...SPACES.values()].map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
      <label for="search-algorithm">Algorithm</label>
      <select {...field('algorithm')}>
        {ALGORITHMS.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <label for="search-evaluations">Evaluations</label>
      <input {...field('evaluations')} type="number" min="1" max="100000" required />
      <label for="search-objective">Also minimise</label>
      <select {...field('objective')}>
        <option value="">nothing</option>
        <option value="params">params</option>
        <option value="flops">FLOPs</option>
        <option value="depth">depth</option>
      </select>
      <label for="search-maxParams">Params at most</label>
      <input {...field('maxParams')} type="number" min="0" placeholder="no limit" />
      <label for="search-maxFlops">FLOPs at most</label>
      <input {...field('maxFlops')} type="number" min="0" placeholder="no limit" />
      <label for="search-seed">Seed</label>
      <input {...field('seed')} type="number" min="0" max="4294967295" required />
      <button type="submit" class="primary" disabled={busy}>
        Start search
      </button>
    </form>
  );
}
