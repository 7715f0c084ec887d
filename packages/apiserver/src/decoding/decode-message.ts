import { DecodeWalk } from './decode-walk.ts'
import type { EmptyValues } from './empty-values.ts'
import { MessageTypes } from './message-types.ts'

/** An object of a built-in type as Go would hold and write it. */
interface DecodedMessage {
  /** Fields in Go's order; what `omitempty` leaves out is absent, what Go always writes present. */
  readonly object: Record<string, unknown>
  /** Paths of the fields that the type does not have, such as `spec.containers[0].foo`; at most 100. */
  readonly unknownFields: readonly string[]
}

const messageTypes = makeOnce(() => new MessageTypes())

/**
 * Decodes a JSON value as the published type does in Go: unknown fields are dropped, null is the zero
 * value, quantities, times and base64 take their canonical form, and numbers keep to their range.
 *
 * @param typeName such as `io.k8s.api.core.v1.Pod`
 * @param empty takes empty lists and maps, which then stay in the object until they are settled
 * @throws BodyError in Go's words for a value of a wrong type
 */
export function decodeMessage(
  typeName: string,
  value: unknown,
  empty?: EmptyValues,
): DecodedMessage {
  const walk = new DecodeWalk(false, empty)
  const type = messageTypes().named(typeName)
  const object = (value === null ? type.zero() : type.decode(value, walk)) as Record<
    string,
    unknown
  >
  walk.finish()
  return { object, unknownFields: walk.unknownFields }
}

function makeOnce<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
