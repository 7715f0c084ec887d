/** What clients ask for to get OpenAPI v2 in protobuf. */
export const version2ProtobufAccept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

/** What it is called in the answer, because `@` is not allowed in a media type. */
export const version2ProtobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/**
 * An OpenAPI v2 document that names no kind, as a gnostic `openapi.v2.Document` of ASCII alone.
 * kubectl asks for it, in no other format, when version 3 does not tell it about a kind: for a `List`,
 * and for kinds that are not served. With no schema it leaves the check of the fields to the server.
 */
export function emptyVersion2Document(title: string, version: string): string {
  return textField(1, '2.0') + textField(2, textField(1, title) + textField(2, version))
}

/** A length-delimited field of at most 127 bytes, whose length is one byte. */
function textField(number: number, text: string): string {
  if (text.length > 127) throw new RangeError(`field ${number} is longer than 127 bytes`)
  return String.fromCharCode((number << 3) | 2, text.length) + text
}
