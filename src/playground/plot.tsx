import { type PlotOptions, plot } from '@observablehq/plot';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A chart as wide as its place, of a height that is known before it is drawn. */
export function Plot({ height, label, options }: { height: number; label: string; options: PlotOptions }) {
  const place = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (place.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (width === 0) return;
    const drawn = plot({
      height,
      width,
      marginTop: 26,
      marginBottom: 34,
      marginLeft: 44,
      marginRight: 20,
      style: { background: 'none', fontFamily: 'inherit', fontSize: '11px', overflow: 'visible' },
      ...options,
    });
    place.current?.replaceChildren(drawn);
  }, [height, width, options]);
  return <figure class="plot" ref={place} role="img" aria-label={label} style={{ height: `${height}px` }} />;
}
