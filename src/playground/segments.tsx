/** One of a few, side by side. */
export function Segments<Name extends string>({
  label,
  names,
  chosen,
  onChoose,
}: {
  label: string;
  names: Readonly<Record<Name, string>>;
  chosen: Name;
  onChoose: (name: Name) => void;
}) {
  return (
    <fieldset class="segments" aria-label={label}>
      {(Object.keys(names) as Name[]).map((name) => (
        <button key={name} type="button" aria-pressed={name === chosen} onClick={() => onChoose(name)}>
          {names[name]}
        </button>
      ))}
    </fieldset>
  );
}
