/** Thrown when objects of a namespace are read that the cache was told not to keep. */
export class NamespaceNotCachedError extends Error {
  override readonly name = 'NamespaceNotCachedError'
  constructor(plural: string, namespace: string, cached: readonly string[]) {
    super(
      `${plural} of the namespace "${namespace}" are not in the cache, which has those of ` +
        `${cached.join(', ')}: add the namespace to the cache, or read with the client`,
    )
  }
}
