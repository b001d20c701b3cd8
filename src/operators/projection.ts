/**
 * Sentence embeddings onto their principal components. The coefficients are `models/operators-pca.bin`:
 * float32 little-endian, mean [384], then components [64][384], rows of length 1 in order of falling variance.
 */

/** Numbers of a sentence embedding. */
export const DIMENSIONS = 384;
/** Numbers left after projection. */
export const COLUMNS = 64;
export const PROJECTION_BYTES = 4 * (1 + COLUMNS) * DIMENSIONS;

/**
 * Projects an embedding: component times (embedding - mean), summed in double precision and in one order, so
 * that the same embedding gives the same bits wherever it is projected.
 *
 * @param coefficients the contents of `operators-pca.bin`
 * @param embedding [384]
 * @returns float32 [64]
 */
export function project(coefficients: Float32Array, embedding: ArrayLike<number>): Float32Array {
  const projected = new Float32Array(COLUMNS);
  for (let column = 0; column < COLUMNS; column++) {
    const component = (1 + column) * DIMENSIONS;
    let sum = 0;
    for (let i = 0; i < DIMENSIONS; i++) {
      sum += (coefficients[component + i] ?? 0) * ((embedding[i] ?? 0) - (coefficients[i] ?? 0));
    }
    projected[column] = sum;
  }
  return projected;
}
