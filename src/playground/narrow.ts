import { useEffect, useState } from 'preact/hooks';

/** Whether the page is as narrow as a phone, and told again when that changes. */
export function useNarrow(query = '(max-width: 40rem)'): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const follow = () => setNarrow(media.matches);
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, [query]);
  return narrow;
}
