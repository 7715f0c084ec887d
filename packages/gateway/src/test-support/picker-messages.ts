import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** What a data plane tells a picker, as a picker reads it. */
type DataPlaneMessage =
  | { readonly type: 'request-headers' | 'response-headers'; readonly headers: [string, string][] }
  | {
      readonly type: 'request-body' | 'response-body'
      readonly bytes: Buffer
      readonly isLast: boolean
    }

type Tree = readonly (readonly [field: number, value: Uint8Array | number])[]

function treeOf(bytes: Uint8Array): Tree {
  const reader = new BinaryReader(bytes)
  const fields: [number, Uint8Array | number][] = []
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (wireType === WireType.Varint) fields.push([field, reader.int32()])
    else if (wireType === WireType.LengthDelimited) fields.push([field, reader.bytes()])
    else throw new Error(`unexpected wire type ${wireType}`)
  }
  return fields
}

const within = (tree: Tree, field: number): Tree => {
  const found = tree.find(([number]) => number === field)?.[1]
  return found instanceof Uint8Array ? treeOf(found) : []
}

const textOf = (tree: Tree, field: number): string => {
  const found = tree.find(([number]) => number === field)?.[1]
  return found instanceof Uint8Array ? Buffer.from(found).toString('utf8') : ''
}

/** Reads a `ProcessingRequest`, and the endpoint that it says has answered. */
export function readProcessingRequest(bytes: Uint8Array): {
  readonly message: DataPlaneMessage
  readonly served: string | undefined
} {
  const tree = treeOf(bytes)
  const metadata = within(within(tree, 8), 1)
  const entry = within(within(metadata, 2), 1)
  const isServed =
    textOf(metadata, 1) === 'envoy.lb' &&
    textOf(entry, 1) === 'x-gateway-destination-endpoint-served'
  return {
    message: messageOf(tree),
    served: isServed ? textOf(within(entry, 2), 3) : undefined,
  }
}

function messageOf(tree: Tree): DataPlaneMessage {
  for (const [field, type] of [
    [2, 'request-headers'],
    [3, 'response-headers'],
  ] as const) {
    if (!tree.some(([number]) => number === field)) continue
    const headers = within(within(tree, field), 1).map(([, one]): [string, string] => {
      const header = treeOf(one as Uint8Array)
      return [textOf(header, 1), textOf(header, 3)]
    })
    return { type, headers }
  }
  const field = tree.some(([number]) => number === 4) ? 4 : 5
  const body = within(tree, field)
  const bytes = body.find(([number]) => number === 1)?.[1]
  return {
    type: field === 4 ? 'request-body' : 'response-body',
    bytes: bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.alloc(0),
    isLast: body.some(([number, value]) => number === 2 && value === 1),
  }
}

const nested = (field: number, bytes: Uint8Array): Uint8Array =>
  new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(bytes).finish()
const text = (field: number, value: string): Uint8Array => nested(field, Buffer.from(value))
const varint = (field: number, value: number): Uint8Array =>
  new BinaryWriter().tag(field, WireType.Varint).int32(value).finish()

/** A `HeaderMutation` that sets these headers and removes those. */
function mutation(set: Readonly<Record<string, string>>, removed: readonly string[]): Uint8Array {
  return Buffer.concat([
    ...Object.entries(set).map(([name, value]) =>
      nested(1, nested(1, Buffer.concat([text(1, name), text(3, value)]))),
    ),
    ...removed.map((name) => text(2, name)),
  ])
}

/** The answer to the head of a request. */
export function requestHeadersResponse(
  set: Readonly<Record<string, string>>,
  removed: readonly string[] = [],
): Uint8Array {
  return nested(1, nested(1, nested(2, mutation(set, removed))))
}

/** The same, with endpoints in the metadata instead of a header. */
export function metadataResponse(destination: string): Uint8Array {
  const value = text(3, destination)
  const entry = nested(
    1,
    Buffer.concat([text(1, 'x-gateway-destination-endpoint'), nested(2, value)]),
  )
  const struct = nested(1, Buffer.concat([text(1, 'envoy.lb'), nested(2, nested(5, entry))]))
  return Buffer.concat([nested(1, new Uint8Array(0)), nested(8, struct)])
}

/** The answer to a piece of the body that leaves it as it is. */
export function requestBodyResponse(set: Readonly<Record<string, string>> = {}): Uint8Array {
  return nested(3, nested(1, nested(2, mutation(set, []))))
}

/** A piece of the body that is to be sent. */
export function streamedBodyResponse(bytes: Uint8Array, isLast: boolean): Uint8Array {
  const streamed = Buffer.concat([nested(1, bytes), ...(isLast ? [varint(2, 1)] : [])])
  return nested(3, nested(1, nested(3, nested(3, streamed))))
}

/** The body that is to be sent, in one. */
export function wholeBodyResponse(bytes: Uint8Array): Uint8Array {
  return nested(3, nested(1, nested(3, nested(1, bytes))))
}

/** An answer to the caller. */
export function immediateResponse(
  status: number,
  body: string,
  set: Readonly<Record<string, string>> = {},
): Uint8Array {
  const parts = [nested(1, varint(1, status)), nested(2, mutation(set, [])), text(3, body)]
  return nested(7, Buffer.concat(parts))
}
