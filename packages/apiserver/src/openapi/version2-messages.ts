import { isJsonObject } from '@fairlead/base'

import {
  anything,
  each,
  flag,
  message,
  named,
  real,
  text,
  whole,
  within,
  type EncodeField,
  type MessageFields,
} from './message-fields.ts'

const schema: EncodeField = message(() => schemaFields, 31)
const schemas = within(1, named(schema))

const schemaOrFlag: EncodeField = (number, value, writer) =>
  typeof value === 'boolean'
    ? within(2, flag)(number, value, writer)
    : within(1, schema)(number, value, writer)

const schemaFields: MessageFields = {
  $ref: [1, text],
  format: [2, text],
  title: [3, text],
  description: [4, text],
  default: [5, anything],
  multipleOf: [6, real],
  maximum: [7, real],
  exclusiveMaximum: [8, flag],
  minimum: [9, real],
  exclusiveMinimum: [10, flag],
  maxLength: [11, whole],
  minLength: [12, whole],
  pattern: [13, text],
  maxItems: [14, whole],
  minItems: [15, whole],
  uniqueItems: [16, flag],
  maxProperties: [17, whole],
  minProperties: [18, whole],
  required: [19, each(text)],
  enum: [20, each(anything)],
  additionalProperties: [21, schemaOrFlag],
  type: [22, within(1, text)],
  items: [23, within(1, schema)],
  allOf: [24, each(schema)],
  properties: [25, schemas],
  example: [30, anything],
}

const bodyParameter = message(
  () => ({
    description: [1, text],
    name: [2, text],
    in: [3, text],
    required: [4, flag],
    schema: [5, schema],
  }),
  6,
)

/** Beside each other, because a query's has one field more in between. */
const queryParameter = message(
  () => ({
    required: [1, flag],
    in: [2, text],
    description: [3, text],
    name: [4, text],
    type: [6, text],
    format: [7, text],
    uniqueItems: [20, flag],
  }),
  23,
)
const otherParameter = message(
  () => ({
    required: [1, flag],
    in: [2, text],
    description: [3, text],
    name: [4, text],
    type: [5, text],
    format: [6, text],
    uniqueItems: [19, flag],
  }),
  22,
)

const places: Readonly<Record<string, EncodeField>> = {
  body: within(1, bodyParameter),
  header: within(2, within(1, otherParameter)),
  query: within(2, within(3, queryParameter)),
  path: within(2, within(4, otherParameter)),
}

const parameter: EncodeField = (number, value, writer) => {
  const place = isJsonObject(value) ? places[String(value['in'])] : undefined
  place?.(number, value, writer)
}

const reference = message(() => ({ $ref: [1, text], description: [2, text] }))

const parameterOrReference: EncodeField = (number, value, writer) =>
  isJsonObject(value) && value['$ref'] !== undefined
    ? within(2, reference)(number, value, writer)
    : within(1, parameter)(number, value, writer)

const response = message(() => ({ description: [1, text], schema: [2, within(1, schema)] }), 5)

const operation = message(
  () => ({
    tags: [1, each(text)],
    summary: [2, text],
    description: [3, text],
    operationId: [5, text],
    produces: [6, each(text)],
    consumes: [7, each(text)],
    parameters: [8, each(parameterOrReference)],
    responses: [9, within(1, named(within(1, response)))],
    schemes: [10, each(text)],
    deprecated: [11, flag],
  }),
  13,
)

const pathItem = message(
  () => ({
    get: [2, operation],
    put: [3, operation],
    post: [4, operation],
    delete: [5, operation],
    options: [6, operation],
    head: [7, operation],
    patch: [8, operation],
    parameters: [9, each(parameterOrReference)],
  }),
  10,
)

const apiKey = message(
  () => ({ type: [1, text], name: [2, text], in: [3, text], description: [4, text] }),
  5,
)

/** A document of OpenAPI v2 as gnostic's `openapi.v2.Document`. */
export const documentFields: MessageFields = {
  swagger: [1, text],
  info: [2, message(() => ({ title: [1, text], version: [2, text] }), 7)],
  paths: [8, within(2, named(pathItem))],
  definitions: [9, schemas],
  parameters: [10, within(1, named(parameter))],
  security: [12, each(within(1, named(within(1, each(text)))))],
  securityDefinitions: [13, within(1, named(within(2, apiKey)))],
}
