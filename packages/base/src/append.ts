/**
 * Adds all items to the end of a list. `push(...items)` fails from about 100,000 items on, which is
 * how many arguments a call can have.
 */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item)
}
