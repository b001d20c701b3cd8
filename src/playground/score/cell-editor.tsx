import { livingNodes } from '../../graph/canonicalize.ts';
import type { Genome, Slot, Space } from '../../spaces/space.ts';
import { useNarrow } from '../narrow.ts';
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

/** Along the way of the data and across it: where states lie, and how far edges bow. */
const STATES = [8, 36, 64, 92] as const;
const EDGES = [
  { from: 0, to: 1, bow: 0 },
  { from: 0, to: 2, bow: -14 },
  { from: 1, to: 2, bow: 0 },
  { from: 0, to: 3, bow: 21 },
  { from: 1, to: 3, bow: 12 },
  { from: 2, to: 3, bow: 0 },
] as const;
const [LENGTH, MIDDLE] = [100, 23];
/** The room across, and how far it is stretched: on phones the operators stand side by side in it. */
const ACROSS = { right: { breadth: 49, stretch: 1 }, down: { breadth: 54, stretch: 1.9 } } as const;
/** A cubic reaches three quarters of the way to its control points. */
const REACH = 4 / 3;

/** A cell of four states: the operator of each edge stands on the edge. Data flows to the right, on phones down. */
function FourStateCell({ space, genome, onGenome }: EditorProps) {
  const { graph } = space.network(genome);
  const living = livingNodes(graph);
  const down = useNarrow();
  const { breadth, stretch } = ACROSS[down ? 'down' : 'right'];
  const [width, height] = down ? [stretch * breadth, LENGTH] : [LENGTH, breadth];
  const at = (along: number, across: number): readonly [x: number, y: number] =>
    down ? [stretch * across, along] : [along, across];
  return (
    <div class="cell" style={{ aspectRatio: `${width} / ${height}` }}>
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {EDGES.map(({ from, to, bow }, slot) => {
          const middle = (STATES[from] + STATES[to]) / 2;
          const control = at(middle, MIDDLE + REACH * bow);
          return (
            <path
              key={`${from}-${to}`}
              class="flow"
              data-family={familyOf(space.slots[slot]?.choices[genome[slot] ?? 0] ?? '')}
              data-dead={!living[slot + 1]}
              d={`M${at(STATES[from], MIDDLE)} C${control} ${control} ${at(STATES[to], MIDDLE)}`}
            />
          );
        })}
        {STATES.map((along, state) => {
          const [x, y] = at(along, MIDDLE);
          return (
            <g key={along} class="vertex">
              <circle cx={x} cy={y} r="3" />
              <text x={x} y={y + 1.1} text-anchor="middle">
                {state}
              </text>
            </g>
          );
        })}
      </svg>
      {EDGES.map(({ from, to, bow }, edge) => {
        const slot = space.slots[edge];
        if (slot === undefined) return null;
        const [x, y] = at((STATES[from] + STATES[to]) / 2, MIDDLE + bow);
        return (
          <div
            key={slot.name}
            class="on-edge"
            data-dead={!living[edge + 1]}
            style={{ left: `${(100 * x) / width}%`, top: `${(100 * y) / height}%` }}
          >
            <Choice slot={slot} at={edge} genome={genome} onGenome={onGenome} />
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
