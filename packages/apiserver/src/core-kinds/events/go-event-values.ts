import { isJsonObject } from '@fairlead/base'
import { goQuote, GoSyntax } from '@fairlead/kube-core'

import { textAt } from '../../definitions/fields.ts'

/** Parts of events as messages of the real server show them. */

const referenceFields = [
  ['Kind', 'kind'],
  ['Namespace', 'namespace'],
  ['Name', 'name'],
  ['UID', 'uid'],
  ['APIVersion', 'apiVersion'],
  ['ResourceVersion', 'resourceVersion'],
  ['FieldPath', 'fieldPath'],
] as const

/** A reference to an object, as Go's `%#v` shows it. */
export function goReference(value: unknown): GoSyntax {
  return goTexts('core.ObjectReference', value, referenceFields)
}

/** Who reported an event, as Go's `%#v` shows it. */
export function goEventSource(value: unknown): GoSyntax {
  return goTexts('core.EventSource', value, [
    ['Component', 'component'],
    ['Host', 'host'],
  ])
}

/** A moment, as Go's `Time.String` shows it; none is the beginning of Go's time. */
export function goTime(value: unknown): GoSyntax {
  const [, day, time = '', fraction = ''] =
    /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/.exec(String(value)) ?? []
  if (day === undefined) return new GoSyntax('0001-01-01 00:00:00 +0000 UTC')
  return new GoSyntax(`${day} ${time}${fraction.replace(/\.?0+$/, '')} +0000 UTC`)
}

function goTexts(
  type: string,
  value: unknown,
  fields: readonly (readonly [name: string, field: string])[],
): GoSyntax {
  const from = isJsonObject(value) ? value : {}
  const shown = fields.map(([name, field]) => `${name}:${goQuote(textAt(from, field))}`)
  return new GoSyntax(`${type}{${shown.join(', ')}}`)
}
