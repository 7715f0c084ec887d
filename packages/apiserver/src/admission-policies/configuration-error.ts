/** A policy or binding that cannot be evaluated as it is configured. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}
