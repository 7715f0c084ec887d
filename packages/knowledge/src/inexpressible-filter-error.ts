/** What is asked has no word for a filter: another filter may be asked with. */
export class InexpressibleFilterError extends Error {
  override readonly name = 'InexpressibleFilterError'
}
