/** AdamW (Loshchilov and Hutter 2019) over named float32 arrays in the host's memory. */
export class AdamW {
  private readonly first = new Map<string, Float64Array>();
  private readonly second = new Map<string, Float64Array>();
  private steps = 0;
  private readonly decay: number;

  /** @param decay decoupled weight decay of matrices; biases (names in lower case) are not decayed */
  constructor(decay: number) {
    this.decay = decay;
  }

  /** Moves `parameters` one step against `gradients`, in place. */
  step(
    parameters: ReadonlyMap<string, Float32Array>,
    gradients: ReadonlyMap<string, Float32Array>,
    rate: number,
  ): void {
    const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
    this.steps++;
    const correct1 = 1 - beta1 ** this.steps;
    const correct2 = 1 - beta2 ** this.steps;
    for (const [name, values] of parameters) {
      const gradient = gradients.get(name);
      if (gradient === undefined) continue;
      const m = this.first.get(name) ?? new Float64Array(values.length);
      const v = this.second.get(name) ?? new Float64Array(values.length);
      this.first.set(name, m);
      this.second.set(name, v);
      const decay = name.startsWith('W') ? this.decay : 0;
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i] ?? 0;
        m[i] = beta1 * (m[i] ?? 0) + (1 - beta1) * g;
        v[i] = beta2 * (v[i] ?? 0) + (1 - beta2) * g * g;
        const move = (m[i] ?? 0) / correct1 / (Math.sqrt((v[i] ?? 0) / correct2) + epsilon);
        values[i] = (values[i] ?? 0) * (1 - rate * decay) - rate * move;
      }
    }
  }
}
