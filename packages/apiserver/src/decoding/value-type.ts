import type { DecodeWalk } from './decode-walk.ts'

/** How the values of one Go type are decoded from JSON and encoded to it again. */
export interface ValueType {
  /** As Go's messages name it. */
  readonly goType: string
  /** What Go holds after reading this value, which is not null, as it would write it again. */
  decode(value: unknown, walk: DecodeWalk): unknown
  /** What Go holds after reading null, or nothing. */
  zero(): unknown
  /** Whether `omitempty` leaves the value out. */
  isEmpty(value: unknown): boolean
  /** Whether `omitempty` leaves out the zero value: of all but structs and what encodes itself. */
  readonly isOmittedWhenZero: boolean
}

/** A pointer, which is null where its value is absent. */
export function pointerTo(type: ValueType): ValueType {
  return {
    goType: type.goType,
    decode: (value, walk) => type.decode(value, walk),
    zero: () => null,
    isEmpty: (value) => value === null,
    isOmittedWhenZero: true,
  }
}
