import { copyJson, fieldErrorMessage, type KubernetesObject } from '@fairlead/kube-core'

import { decodeMessage } from '../decoding/decode-message.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { kindNamed } from './kind-named.ts'

/** An object of a built-in kind as a server decodes it, with its defaults. */
export function decoded(kind: string, fields: object): KubernetesObject {
  const definition = kindNamed(kind)
  const { object } = decodeMessage(definition.openApiName, {
    ...fields,
    metadata: {
      name: 'x',
      namespace: 'g',
      ...('metadata' in fields ? (fields.metadata as object) : {}),
    },
  })
  const copy = copyJson(object) as KubernetesObject
  definition.writeRules.defaults?.(copy)
  return copy
}

/** What the rules of a built-in kind say against a new object, or against a change of one. */
export function refusals(kind: string, fields: object, previous?: object): readonly string[] {
  const definition: ResourceDefinition = kindNamed(kind)
  const { writeRules } = definition
  const object = decoded(kind, fields)
  const before = previous === undefined ? undefined : decoded(kind, previous)
  const found = [
    ...(writeRules.validate?.(object, before) ?? []),
    ...(before === undefined ? [] : (writeRules.validateUpdate?.(object, before) ?? [])),
  ]
  return found.map(fieldErrorMessage)
}
