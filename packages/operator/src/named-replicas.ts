const namedMax = 8

/** The names of replicas in a message: the first ones, and how many more there are. */
export function named(replicas: readonly string[]): string {
  const first = replicas.toSorted().slice(0, namedMax).join(', ')
  const more = replicas.length - namedMax
  return more > 0 ? `${first} and ${more} more` : first
}
