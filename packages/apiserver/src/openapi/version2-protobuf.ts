import type { JsonObject } from '@fairlead/base'

import { WireWriter } from '../protobuf/wire-writer.ts'
import { writeMessage } from './message-fields.ts'
import { documentFields } from './version2-messages.ts'

/** The media type that clients request for OpenAPI v2 in protobuf. */
export const version2ProtobufAccept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

/** The media type of the response, because `@` is not allowed in one. */
export const version2ProtobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** A document of OpenAPI v2 as clients written in Go read it. */
export function version2Protobuf(document: JsonObject): Buffer {
  const writer = new WireWriter()
  writeMessage(document, documentFields, writer)
  return writer.finish()
}
