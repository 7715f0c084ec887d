/** The calls of this process whose answers others wait for. */
export class Flights<T> {
  readonly #flights = new Map<string, Promise<T | undefined>>()

  /** What the call that makes this answer now comes to; undefined where none does. */
  of(key: string): Promise<T | undefined> | undefined {
    return this.#flights.get(key)
  }

  /** A call begins to make the answer. It must call what this returns when it ends, with or without one. */
  begin(key: string): (answer: T | undefined) => void {
    const { promise, resolve } = Promise.withResolvers<T | undefined>()
    this.#flights.set(key, promise)
    return (answer) => {
      if (this.#flights.get(key) === promise) this.#flights.delete(key)
      resolve(answer)
    }
  }
}
