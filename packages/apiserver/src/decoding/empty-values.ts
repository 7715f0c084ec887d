import { isJsonObject } from '@fairlead/base'
import { copyJson } from '@fairlead/kube-core'

/** Of how many that are left out it is known where in the object they were. */
const rememberedMax = 100

/** An empty list or map in a field of a struct. */
export interface EmptyValue {
  /** The struct that has the field. */
  readonly of: Record<string, unknown>
  readonly field: string
  /** Whether Go leaves the field out when it is empty. */
  readonly isOmitted: boolean
  readonly isList: boolean
}

type RememberedValue = Omit<EmptyValue, 'of'> & {
  readonly path: readonly (string | number)[]
}

/**
 * The empty lists and maps of a message that has been decoded. Go tells them from absent ones while
 * it sets defaults and in what it says of invalid objects; it neither writes nor stores them.
 */
export class EmptyValues {
  readonly #omitted: EmptyValue[] = []
  readonly #remembered: RememberedValue[] = []

  get length(): number {
    return this.#omitted.length + this.#remembered.length
  }

  /** @param path of the struct */
  add(value: EmptyValue, path: readonly (string | number)[]): void {
    const { field, isList, isOmitted } = value
    if (isOmitted) this.#omitted.push(value)
    if (isOmitted && this.#omitted.length > rememberedMax) return
    this.#remembered.push({ path: [...path], field, isList, isOmitted })
  }

  /** Removes from the message what Go does not write. */
  omit(): void {
    for (const { of, field } of this.#omitted) if (isEmpty(of[field])) delete of[field]
  }

  /**
   * What Go always writes is null from the time at which it is stored: as protobuf, which does not
   * tell empty lists from absent ones.
   * @param message what has become of the message; it is changed
   */
  store(message: object): void {
    for (const { path, field, isOmitted } of this.#remembered) {
      if (isOmitted) continue
      const struct = structAt(message, path)
      if (struct !== undefined && isEmpty(struct[field])) struct[field] = null
    }
  }

  /** A copy of the message, or of what has become of it, with the empty values that it was decoded with. */
  restoredIn<T>(message: T): T {
    const copy = copyJson(message)
    for (const { path, field, isList } of this.#remembered) {
      const struct = structAt(copy, path)
      if (struct !== undefined && (struct[field] ?? null) === null) struct[field] = isList ? [] : {}
    }
    return copy
  }
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return isJsonObject(value) && Object.keys(value).length === 0
}

function structAt(
  message: unknown,
  path: readonly (string | number)[],
): Record<string, unknown> | undefined {
  let struct = message
  for (const step of path) {
    if (Array.isArray(struct) && typeof step === 'number') struct = struct[step] as unknown
    else if (isJsonObject(struct) && Object.hasOwn(struct, step)) struct = struct[step]
    else return undefined
  }
  return isJsonObject(struct) ? struct : undefined
}
