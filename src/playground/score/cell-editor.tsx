import { livingNodes } from '../../graph/canonicalize.ts';
import type { Genome, Slot, Space } from '../../spaces/space.ts';
import { familyOf, shortName } from './operator-names.ts';

interface EditorProps {
  readonly space: Space;
  readonly genome: Genome;
  readonly onGenome: (genome: Genome) => void;
}

const changed = (genome: Genome, slot: number, choice: number): Genome =>
  genome.map((before, at) => (at === slot ? choice : before));

function Choice({ slot, at, genome, onGenome }: { slot: Slot; at: number } & Omit<EditorProps, 'space'>) {
  return (
    <select
      aria-label={slot.name}
      value={String(genome[at])}
      data-family={familyOf(slot.choices[genome[at] ?? 0] ?? '')}
      onChange={(event) => onGenome(changed(genome, at, Number(event.currentTarget.value)))}
    >
      {slot.choices.map((words, choice) => (
        <option key={words} value={String(choice)}>
          {shortName(words)}
        </option>
      ))}
    </select>
  );
}

/** In a box of 100 by 62: where the four states lie, and how each edge bows between two of them. */
const STATES = [
  [8, 31],
  [36, 31],
  [64, 31],
  [92, 31],
] as const;
const EDGES = [
  { from: 0, to: 1, bow: 0 },
  { from: 0, to: 2, bow: -16 },
  { from: 1, to: 2, bow: 0 },
  { from: 0, to: 3, bow: 27 },
  { from: 1, to: 3, bow: 15 },
  { from: 2, to: 3, bow: 0 },
] as const;
const [WIDTH, HEIGHT] = [100, 62];

/** A cell of four states: the operator of each edge stands on the edge. */
function FourStateCell({ space, genome, onGenome }: EditorProps) {
  const { graph } = space.network(genome);
  const living = livingNodes(graph);
  return (
    <div class="cell">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        {EDGES.map(({ from, to, bow }, at) => {
          const [x1, y1] = STATES[from];
          const [x2, y2] = STATES[to];
          const middle = (x1 + x2) / 2;
          return (
            <path
              key={`${from}-${to}`}
              class="flow"
              data-family={familyOf(space.slots[at]?.choices[genome[at] ?? 0] ?? '')}
              data-dead={!living[at + 1]}
              d={`M${x1},${y1} C${middle},${y1 + 1.33 * bow} ${middle},${y2 + 1.33 * bow} ${x2},${y2}`}
            />
          );
        })}
        {STATES.map(([x, y], state) => (
          <g key={x} class="state">
            <circle cx={x} cy={y} r="3.4" />
            <text x={x} y={y + 1.3} text-anchor="middle">
              {state}
            </text>
          </g>
        ))}
      </svg>
      {EDGES.map(({ from, to, bow }, at) => {
        const slot = space.slots[at];
        if (slot === undefined) return null;
        const x = (STATES[from][0] + STATES[to][0]) / 2;
        const y = STATES[from][1] + bow;
        return (
          <div
            key={slot.name}
            class="on-edge"
            data-dead={!living[at + 1]}
            style={{ left: `${x}%`, top: `${(100 * y) / HEIGHT}%` }}
          >
            <Choice slot={slot} at={at} genome={genome} onGenome={onGenome} />
          </div>
        );
      })}
    </div>
  );
}

/** Any space: a row of choices, and its yes-or-no questions as boxes to tick. */
function Slots({ space, genome, onGenome }: EditorProps) {
  const indexed = space.slots.map((slot, at) => ({ slot, at }));
  const isSwitch = ({ choices }: Slot) => choices[0] === 'absent' && choices.length === 2;
  return (
    <>
      <div class="switches">
        {indexed
          .filter(({ slot }) => isSwitch(slot))
          .map(({ slot, at }) => (
            <label key={slot.name}>
              <input
                type="checkbox"
                checked={genome[at] === 1}
                onChange={(event) => onGenome(changed(genome, at, Number(event.currentTarget.checked)))}
              />
              {slot.name.replace(/^edge /, '').replace('-', '→')}
            </label>
          ))}
      </div>
      <div class="slots">
        {indexed
          .filter(({ slot }) => !isSwitch(slot))
          .map(({ slot, at }) => (
            <div key={slot.name} class="slot">
              <span>{slot.name}</span>
              <Choice slot={slot} at={at} genome={genome} onGenome={onGenome} />
            </div>
          ))}
      </div>
    </>
  );
}

/** Every choice that an architecture of a space takes, to be taken otherwise. */
export function CellEditor(props: EditorProps) {
  const fourStates = props.space.slots.length === EDGES.length && props.space.slots[0]?.name === 'edge 0-1';
  return fourStates ? <FourStateCell {...props} /> : <Slots {...props} />;
}
