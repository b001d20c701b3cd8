import { useState } from 'preact/hooks';

/** Asks for a key, and says why the one before was refused. */
export function KeyForm({ refusal, onKey }: { refusal: string; onKey: (key: string) => void }) {
  const [text, setText] = useState('');
  return (
    <form
      class="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        onKey(text);
      }}
    >
      <h1>Score any neural architecture, without training it</h1>
      <p>
        Send a network as a graph of operators, and get its rank among its kind in milliseconds. Everything
        here is the HTTP API, called with your key.
      </p>
      <label for="key">API key</label>
      <div class="row">
        <input
          id="key"
          type="password"
          autocomplete="off"
          spellcheck={false}
          placeholder="tgk_…"
          value={text}
          aria-describedby="key-hint"
          aria-invalid={refusal !== ''}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="primary" disabled={text.trim() === ''}>
          Use key
        </button>
      </div>
      <p class="error" role="alert">
        {refusal}
      </p>
      <p id="key-hint" class="quiet">
        Kept for this tab alone. <code>npm start</code> prints an address that brings the local key along.
      </p>
    </form>
  );
}
