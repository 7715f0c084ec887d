import {
  checkDnsLabel,
  checkDnsSubdomain,
  deepEqual,
  goStrings,
  invalidField,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import {
  numberAt,
  optionalRecordAt,
  recordAt,
  recordsAt,
  textAt,
} from '../../definitions/fields.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { fieldsWithin } from '../shared/defaulting.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { validateConditions } from './conditions.ts'

const precedenceMax = 10_000
const verbs = 'create delete deletecollection get list patch proxy update watch'.split(' ')
/** Those without which Kubernetes does not start; their specs do not change. */
const mandatoryNames = ['exempt', 'catch-all']

/** As Kubernetes' FlowSchema strategy, defaults and validation. */
export const flowSchemaRules: KindRules = {
  group: 'flowcontrol.apiserver.k8s.io',
  plural: 'flowschemas',
  hasGeneration: true,
  statusKeeps: [['spec'], ['metadata']],
  allColumns: [
    nameColumn,
    textColumn('PriorityLevel', 'The priority of its requests', (schema) => {
      return textAt(recordAt(recordAt(schema, 'spec'), 'priorityLevelConfiguration'), 'name')
    }),
    textColumn('MatchingPrecedence', 'The lowest is asked first', (schema) => {
      return precedenceOf(schema)
    }),
    textColumn('DistinguisherMethod', 'How flows are told apart', (schema) => {
      const method = optionalRecordAt(recordAt(schema, 'spec'), 'distinguisherMethod')
      return method === undefined ? '<none>' : textAt(method, 'type')
    }),
    ageColumn,
    textColumn('MissingPL', 'Whether its priority level is missing', (schema) => {
      const conditions = recordsAt(recordAt(schema, 'status'), 'conditions')
      const dangling = conditions.find(({ type }) => type === 'Dangling')
      return dangling === undefined ? '?' : textAt(dangling, 'status')
    }),
  ],
  rowOrder: (one, other) =>
    precedenceOf(one) - precedenceOf(other) ||
    ((one.metadata.name ?? '') < (other.metadata.name ?? '') ? -1 : 1),
  writeRules: {
    defaults(schema) {
      fieldsWithin(schema, 'spec')['matchingPrecedence'] ||= 1000
    },
    validate: (schema) =>
      errorsOf(schema, (root) => {
        validateSpec(root.within('spec'), schema.metadata.name ?? '')
        validateConditions(root.within('status'))
      }),
    validateUpdate: (schema, previous) => validateMandatory(schema, previous),
    validateStatus: (schema) =>
      errorsOf(schema, (root) => validateConditions(root.within('status'))),
  },
}

function precedenceOf(schema: KubernetesObject): number {
  return numberAt(recordAt(schema, 'spec'), 'matchingPrecedence') ?? 0
}

function validateMandatory(schema: KubernetesObject, previous: KubernetesObject) {
  const { name = '' } = schema.metadata
  if (!mandatoryNames.includes(name) || deepEqual(schema['spec'], previous['spec'])) return []
  return [invalidField('spec', schema['spec'], `spec of '${name}' must equal the fixed value`)]
}

function validateSpec(spec: Place, name: string): void {
  const precedence = spec.number('matchingPrecedence')
  if (precedence <= 0) spec.invalid('matchingPrecedence', 'must be a positive value')
  if (precedence > precedenceMax) {
    spec.invalid('matchingPrecedence', `must not be greater than ${precedenceMax}`)
  }
  if (precedence === 1 && name !== 'exempt') {
    const detail = "only the schema named 'exempt' may have matchingPrecedence 1"
    spec.invalid('matchingPrecedence', detail)
  }
  const method = spec.at('distinguisherMethod')
  method?.oneOf('type', ['ByNamespace', 'ByUser'])
  const level = spec.within('priorityLevelConfiguration')
  if (level.requireText('name', 'must reference a priority level')) {
    level.problems('name', checkDnsSubdomain(level.text('name')))
  }
  for (const rule of spec.each('rules')) validateRule(rule)
}

function validateRule(rule: Place): void {
  const subjects = rule.each('subjects')
  if (subjects.length === 0) {
    rule.required('subjects', 'subjects must contain at least one value')
  }
  for (const subject of subjects) validateSubject(subject)
  const resourceRules = rule.each('resourceRules')
  const otherRules = rule.each('nonResourceRules')
  if (resourceRules.length === 0 && otherRules.length === 0) {
    const detail = 'at least one of resourceRules and nonResourceRules has to be non-empty'
    rule.required('', detail)
  }
  for (const each of resourceRules) validateResourceRule(each)
  for (const each of otherRules) validateOtherRule(each)
}

const subjectFields = [
  ['ServiceAccount', 'serviceAccount'],
  ['User', 'user'],
  ['Group', 'group'],
] as const

function validateSubject(subject: Place): void {
  const kind = subject.text('kind')
  const own = subjectFields.find(([name]) => name === kind)?.[1]
  if (own === undefined) {
    subject.unsupported('kind', ['Group', 'ServiceAccount', 'User'], kind)
    return
  }
  const place = subject.at(own)
  if (place === undefined) {
    subject.required(own, `${own} is required when subject kind is '${kind}'`)
  } else if (own === 'serviceAccount') validateAccount(place)
  else place.requireText('name')
  for (const [name, field] of subjectFields) {
    if (field === own || !subject.has(field)) continue
    subject.forbidden(field, `${field} is forbidden when subject kind is not '${name}'`)
  }
}

function validateAccount(account: Place): void {
  const name = account.text('name')
  if (account.requireText('name') && name !== '*') {
    account.problems('name', checkDnsSubdomain(name))
  }
  if (account.requireText('namespace', 'must specify namespace for service account')) {
    account.problems('namespace', checkDnsLabel(account.text('namespace')))
  }
}

function validateVerbs(rule: Place): void {
  const wanted = rule.texts('verbs')
  if (wanted.length === 0) rule.required('verbs', 'verbs must contain at least one value')
  else if (wanted.includes('*')) validateWildcard(rule, 'verbs', 'verbs')
  else if (!wanted.every((verb) => verbs.includes(verb))) {
    rule.unsupported('verbs', verbs, goStrings(wanted))
  }
}

function validateWildcard(rule: Place, field: string, things: string): void {
  const values = rule.texts(field)
  if (values.length < 2 || !values.includes('*')) return
  rule.invalid(field, `if '*' is present, must not specify other ${things}`, goStrings(values))
}

function validateResourceRule(rule: Place): void {
  validateVerbs(rule)
  for (const [field, one, things] of [
    ['apiGroups', 'api group', 'api groups'],
    ['resources', 'resource', 'resources'],
  ] as const) {
    if (rule.items(field).length === 0) {
      rule.required(field, `resource rules must supply at least one ${one}`)
    } else validateWildcard(rule, field, things)
  }
  const namespaces = rule.texts('namespaces')
  if (namespaces.length === 0 && !rule.isTrue('clusterScope')) {
    const detail = 'resource rules that are not cluster scoped must supply at least one namespace'
    rule.required('namespaces', detail)
  } else if (namespaces.includes('*')) validateWildcard(rule, 'namespaces', 'namespaces')
  else {
    const intro = "each member of this list must be '*' or a DNS-1123 label; "
    for (const [index, namespace] of namespaces.entries()) {
      const problems = checkDnsLabel(namespace).map((problem) => intro + problem)
      rule.problems(`namespaces[${index}]`, problems, namespace)
    }
  }
}

function validateOtherRule(rule: Place): void {
  validateVerbs(rule)
  const urls = rule.texts('nonResourceURLs')
  if (urls.length === 0) {
    rule.required('nonResourceURLs', 'nonResourceURLs must contain at least one value')
  } else if (urls.includes('*')) {
    validateWildcard(rule, 'nonResourceURLs', 'non-resource URLs')
  } else {
    for (const [index, url] of urls.entries()) {
      const problem = urlProblem(url)
      if (problem !== undefined) rule.invalid(`nonResourceURLs[${index}]`, problem, url)
    }
  }
}

/** As ValidateNonResourceURLPath in Kubernetes' flow control validation. */
function urlProblem(url: string): string | undefined {
  if (url === '') return 'must not be empty'
  if (url === '/') return undefined
  if (!url.startsWith('/')) return 'must start with slash'
  if (url.includes(' ')) return 'must not contain white-space'
  if (url.includes('//')) return 'must not contain double slash'
  const wildcards = url.split('*').length - 1
  const isSuffix = wildcards === 1 && url.endsWith('/*')
  return wildcards === 0 || isSuffix ? undefined : 'wildcard can only do suffix matching'
}
