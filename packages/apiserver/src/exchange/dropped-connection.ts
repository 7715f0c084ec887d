/** Thrown instead of an answer: the connection breaks, as when a network fails. For faults in tests. */
export class DroppedConnection extends Error {
  override readonly name = 'DroppedConnection'
}
