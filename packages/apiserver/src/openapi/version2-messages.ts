/**
 * Where in its message a field is: its number, and before it the numbers of the messages that only
 * hold it.
 */
export type Path = readonly number[]

/**
 * What a field of OpenAPI is in protobuf: a scalar, a text of YAML, a message, one of several
 * messages, or many of these, as a list or by name.
 */
export type FieldKind = SingleKind | { readonly each: SingleKind } | { readonly named: SingleKind }

export type SingleKind =
  | 'text'
  | 'texts'
  | 'flag'
  | 'integer'
  | 'double'
  | 'yaml'
  | 'requirement'
  | 'schemaOrFlag'
  | 'parameter'
  | 'parameterItem'
  | MessageName

/** A field of a message. */
export interface MessageField {
  readonly path: Path
  readonly kind: FieldKind
}

/** A message: its fields by their names in JSON, and where entries are whose names begin with `x-`. */
export interface Message {
  readonly fields: Readonly<Record<string, MessageField>>
  readonly extensions?: Path
}

export type MessageName =
  | 'Document'
  | 'Info'
  | 'PathItem'
  | 'Operation'
  | 'ResponseItem'
  | 'Schema'
  | 'BodyParameter'
  | 'QueryParameter'
  | 'PathParameter'
  | 'Reference'
  | 'SecurityItem'

const at = (kind: FieldKind, ...path: Path): MessageField => ({ path, kind })

/** Of parameters in queries and in paths. */
const ofParameter: Message['fields'] = {
  required: at('flag', 1),
  in: at('text', 2),
  description: at('text', 3),
  name: at('text', 4),
}

/**
 * The messages of gnostic's `openapi.v2` of which Kubernetes' documents make use, by field numbers
 * of its OpenAPIv2.proto (Apache-2.0, Google). Messages that only choose one of several, or hold a
 * list, are in the paths of the fields.
 */
export const messages: Readonly<Record<MessageName, Message>> = {
  Document: {
    fields: {
      swagger: at('text', 1),
      info: at('Info', 2),
      paths: at({ named: 'PathItem' }, 8, 2),
      definitions: at({ named: 'Schema' }, 9, 1),
      parameters: at({ named: 'parameter' }, 10, 1),
      security: at({ each: 'requirement' }, 12),
      securityDefinitions: at({ named: 'SecurityItem' }, 13, 1),
    },
    extensions: [16],
  },
  Info: {
    fields: { title: at('text', 1), version: at('text', 2), description: at('text', 3) },
  },
  PathItem: {
    fields: {
      get: at('Operation', 2),
      put: at('Operation', 3),
      post: at('Operation', 4),
      delete: at('Operation', 5),
      options: at('Operation', 6),
      head: at('Operation', 7),
      patch: at('Operation', 8),
      parameters: at({ each: 'parameterItem' }, 9),
    },
    extensions: [10],
  },
  Operation: {
    fields: {
      tags: at({ each: 'text' }, 1),
      summary: at('text', 2),
      description: at('text', 3),
      operationId: at('text', 5),
      produces: at({ each: 'text' }, 6),
      consumes: at({ each: 'text' }, 7),
      parameters: at({ each: 'parameterItem' }, 8),
      responses: at({ named: 'ResponseItem' }, 9, 1),
      schemes: at({ each: 'text' }, 10),
      deprecated: at('flag', 11),
    },
    extensions: [13],
  },
  ResponseItem: { fields: { description: at('text', 1, 1), schema: at('Schema', 1, 2, 1) } },
  Schema: {
    fields: {
      $ref: at('text', 1),
      format: at('text', 2),
      title: at('text', 3),
      description: at('text', 4),
      default: at('yaml', 5),
      multipleOf: at('double', 6),
      maximum: at('double', 7),
      exclusiveMaximum: at('flag', 8),
      minimum: at('double', 9),
      exclusiveMinimum: at('flag', 10),
      maxLength: at('integer', 11),
      minLength: at('integer', 12),
      pattern: at('text', 13),
      maxItems: at('integer', 14),
      minItems: at('integer', 15),
      uniqueItems: at('flag', 16),
      maxProperties: at('integer', 17),
      minProperties: at('integer', 18),
      required: at({ each: 'text' }, 19),
      enum: at({ each: 'yaml' }, 20),
      additionalProperties: at('schemaOrFlag', 21),
      type: at({ each: 'text' }, 22, 1),
      items: at('Schema', 23, 1),
      properties: at({ named: 'Schema' }, 25, 1),
      example: at('yaml', 30),
    },
    extensions: [31],
  },
  BodyParameter: {
    fields: {
      description: at('text', 1),
      name: at('text', 2),
      in: at('text', 3),
      required: at('flag', 4),
      schema: at('Schema', 5),
    },
    extensions: [6],
  },
  QueryParameter: {
    fields: {
      ...ofParameter,
      type: at('text', 6),
      format: at('text', 7),
      uniqueItems: at('flag', 20),
    },
    extensions: [23],
  },
  PathParameter: {
    fields: {
      ...ofParameter,
      type: at('text', 5),
      format: at('text', 6),
      uniqueItems: at('flag', 19),
    },
    extensions: [22],
  },
  Reference: { fields: { $ref: at('text', 1), description: at('text', 2) } },
  SecurityItem: {
    fields: {
      type: at('text', 2, 1),
      name: at('text', 2, 2),
      in: at('text', 2, 3),
      description: at('text', 2, 4),
    },
  },
}
