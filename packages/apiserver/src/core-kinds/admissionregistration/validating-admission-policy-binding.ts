import {
  checkDnsSubdomain,
  checkPathSegment,
  goStrings,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import {
  optionalRecordAt,
  recordAt,
  recordsAt,
  textAt,
  textMapAt,
  textsAt,
  type Fields,
} from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { defaultMatchResources, validateMatchResources } from './match-resources.ts'

const actions = ['Audit', 'Deny', 'Warn']

/** As Kubernetes' ValidatingAdmissionPolicyBinding strategy, defaults and validation. */
export const validatingAdmissionPolicyBindingRules: KindRules = {
  group: 'admissionregistration.k8s.io',
  plural: 'validatingadmissionpolicybindings',
  hasGeneration: true,
  columns: [
    textColumn('PolicyName', 'The policy that it binds', (binding) => {
      return textAt(recordAt(binding, 'spec'), 'policyName')
    }),
    textColumn('ParamRef', 'The parameters of the policy', paramRefOf),
  ],
  writeRules: {
    defaults(binding) {
      defaultMatchResources(optionalRecordAt(recordAt(binding, 'spec'), 'matchResources'))
    },
    validate: (binding) => errorsOf(binding, (root) => validateSpec(root.within('spec'))),
  },
}

function validateSpec(spec: Place): void {
  if (spec.requireText('policyName')) {
    spec.problems('policyName', checkDnsSubdomain(spec.text('policyName')))
  }
  const paramRef = spec.at('paramRef')
  if (paramRef !== undefined) validateParamRef(paramRef)
  validateMatchResources(spec.at('matchResources'))
  validateActions(spec)
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

function validateActions(spec: Place): void {
  const wanted = spec.texts('validationActions')
  const seen = new Set<string>()
  for (const [index, action] of wanted.entries()) {
    const field = `validationActions[${index}]`
    if (!actions.includes(action)) spec.unsupported(field, actions, action)
    if (seen.has(action)) spec.duplicate(field, action)
    seen.add(action)
  }
  if (seen.has('Deny') && seen.has('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in ' +
      'the API response and headers serves no purpose)'
    const shown = goStrings(wanted, '[]admissionregistration.ValidationAction')
    spec.invalid('validationActions', detail, shown)
  }
  if (seen.size === 0) {
    spec.required('validationActions', 'at least one validation action is required')
  }
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
