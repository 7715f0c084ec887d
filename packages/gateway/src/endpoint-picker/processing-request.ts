import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/**
 * The messages of Envoy's external processing that a data plane sends, as far as the endpoint picker
 * protocol needs them. Numbers of fields are of `envoy/service/ext_proc/v3/external_processor.proto`
 * and of what it imports.
 */

const destinationNamespace = 'envoy.lb'
const servedKey = 'x-gateway-destination-endpoint-served'

/** `FULL_DUPLEX_STREAMED` of `ProcessingMode.BodySendMode`. */
const fullDuplexStreamed = 4

/** The head of a request, whose body follows. Flat list: name, value, name, value. */
export function requestHeadersMessage(headers: readonly string[]): Uint8Array {
  const writer = new BinaryWriter()
  writeHeaders(writer, 2, headers, false)
  // protocol_config: both bodies are sent as they come.
  writer.tag(11, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.Varint).int32(fullDuplexStreamed)
  writer.tag(2, WireType.Varint).int32(fullDuplexStreamed)
  writer.join()
  return writer.finish()
}

/** A piece of the request's body. */
export function requestBodyMessage(bytes: Uint8Array, isLast: boolean): Uint8Array {
  return bodyMessage(4, bytes, isLast)
}

/** The head of the answer, and the endpoint that gave it. */
export function responseHeadersMessage(
  headers: readonly string[],
  servedEndpoint: string,
): Uint8Array {
  const writer = new BinaryWriter()
  writeHeaders(writer, 3, headers, false)
  // metadata_context.filter_metadata: a map from namespaces to structures.
  writer.tag(8, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.LengthDelimited).string(destinationNamespace)
  writer.tag(2, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.LengthDelimited).string(servedKey)
  writer.tag(2, WireType.LengthDelimited).fork()
  writer.tag(3, WireType.LengthDelimited).string(servedEndpoint)
  for (let depth = 0; depth < 5; depth += 1) writer.join()
  return writer.finish()
}

/** A piece of the answer's body. */
export function responseBodyMessage(bytes: Uint8Array, isLast: boolean): Uint8Array {
  return bodyMessage(5, bytes, isLast)
}

function bodyMessage(field: number, bytes: Uint8Array, isLast: boolean): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(field, WireType.LengthDelimited).fork()
  if (bytes.length > 0) writer.tag(1, WireType.LengthDelimited).bytes(bytes)
  if (isLast) writer.tag(2, WireType.Varint).bool(true)
  return writer.join().finish()
}

function writeHeaders(
  writer: BinaryWriter,
  field: number,
  headers: readonly string[],
  isLast: boolean,
): void {
  writer.tag(field, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.LengthDelimited).fork()
  for (let index = 0; index < headers.length; index += 2) {
    writer.tag(1, WireType.LengthDelimited).fork()
    writer.tag(1, WireType.LengthDelimited).string((headers[index] ?? '').toLowerCase())
    writer.tag(3, WireType.LengthDelimited).bytes(Buffer.from(headers[index + 1] ?? '', 'latin1'))
    writer.join()
  }
  writer.join()
  if (isLast) writer.tag(3, WireType.Varint).bool(true)
  writer.join()
}
