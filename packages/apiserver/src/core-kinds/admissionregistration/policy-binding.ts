import { checkDnsSubdomain, checkPathSegment, type KubernetesObject } from '@fairlead/kube-core'

import {
  optionalRecordAt,
  recordAt,
  recordsAt,
  textAt,
  textMapAt,
  textsAt,
  type Fields,
} from '../../definitions/fields.ts'
import type { PrinterColumn } from '../../definitions/printer-column.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import type { Place } from '../shared/place.ts'
import { defaultMatchResources, validateMatchResources } from './match-resources.ts'

/** The columns of the bindings of policies. */
export const bindingColumns: readonly PrinterColumn[] = [
  textColumn('PolicyName', 'The policy that it binds', (binding) => {
    return textAt(recordAt(binding, 'spec'), 'policyName')
  }),
  textColumn('ParamRef', 'The parameters of the policy', paramRefOf),
]

/** The defaults of the bindings of policies. */
export function defaultBinding(binding: MutableObject): void {
  defaultMatchResources(optionalRecordAt(recordAt(binding, 'spec'), 'matchResources'))
}

/** What the bindings of all policies have in common, as Kubernetes validates it. */
export function validateBinding(spec: Place): void {
  if (spec.requireText('policyName')) {
    spec.problems('policyName', checkDnsSubdomain(spec.text('policyName')))
  }
  const paramRef = spec.at('paramRef')
  if (paramRef !== undefined) validateParamRef(paramRef)
  validateMatchResources(spec.at('matchResources'))
}

function validateParamRef(paramRef: Place): void {
  const name = paramRef.text('name')
  const selector = paramRef.at('selector')
  const exclusive = 'name and selector are mutually exclusive'
  if (name !== '') {
    paramRef.problems('name', checkPathSegment(name))
    if (selector !== undefined) paramRef.forbidden('name', exclusive)
  }
  if (selector !== undefined) {
    validateLabelSelector(selector)
    if (name !== '') paramRef.forbidden('selector', exclusive)
  }
  if (name === '' && selector === undefined) {
    paramRef.required('', 'one of name or selector must be specified')
  }
  paramRef.requiredOneOf('parameterNotFoundAction', ['Deny', 'Allow'])
}

function paramRefOf(binding: KubernetesObject): string {
  const paramRef = optionalRecordAt(recordAt(binding, 'spec'), 'paramRef')
  if (paramRef === undefined) return '<unset>'
  const name = textAt(paramRef, 'name')
  const namespace = textAt(paramRef, 'namespace') || '*'
  if (name !== '') return `${namespace}/${name}`
  const selector = optionalRecordAt(paramRef, 'selector')
  return selector === undefined ? '<unset>' : selectorMessage(selector)
}

/** As the generated String of the protobuf message. */
function selectorMessage(selector: Fields): string {
  const labels = Object.entries(textMapAt(selector, 'matchLabels'))
    .map(([key, value]) => `${key}: ${value},`)
    .toSorted()
  const expressions = recordsAt(selector, 'matchExpressions').map((expression) => {
    const values = textsAt(expression, 'values').join(' ')
    const [key, operator] = [textAt(expression, 'key'), textAt(expression, 'operator')]
    return `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values}],},`
  })
  return (
    `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},` +
    `MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`
  )
}
