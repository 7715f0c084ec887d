/** The media type that clients request for OpenAPI v2 in protobuf. */
export const version2ProtobufAccept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

/** The media type of the response, because `@` is not allowed in one. */
export const version2ProtobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/**
 * An OpenAPI v2 document without any kinds, as a gnostic `openapi.v2.Document` in pure ASCII.
 * kubectl requests it, in this format only, when v3 does not describe a kind: for a `List` and for
 * kinds that are not served. Without a schema it leaves field validation to the server.
 */
export function emptyVersion2Document(title: string, version: string): string {
  return textField(1, '2.0') + textField(2, textField(1, title) + textField(2, version))
}

/** A length-delimited field of at most 127 bytes, so that its length is one byte. */
function textField(number: number, text: string): string {
  if (text.length > 127) throw new RangeError(`field ${number} is longer than 127 bytes`)
  return String.fromCharCode((number << 3) | 2, text.length) + text
}
