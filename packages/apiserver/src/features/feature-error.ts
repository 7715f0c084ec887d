/** Features that the server cannot be started with. */
export class FeatureError extends Error {
  override readonly name = 'FeatureError'
}
