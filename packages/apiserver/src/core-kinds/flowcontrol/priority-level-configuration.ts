import { deepEqual, invalidField, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { optionalRecordAt, recordAt, textAt } from '../../definitions/fields.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { fieldsAt, fieldsWithin } from '../shared/defaulting.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { validateConditions } from './conditions.ts'

const queuesMax = 10_000_000
const hashBitsMax = 60

/** As Kubernetes' PriorityLevelConfiguration strategy, defaults and validation. */
export const priorityLevelConfigurationRules: KindRules = {
  group: 'flowcontrol.apiserver.k8s.io',
  plural: 'prioritylevelconfigurations',
  hasGeneration: true,
  statusKeeps: [['spec'], ['metadata']],
  allColumns: [
    nameColumn,
    textColumn('Type', 'Whether it is limited', (level) => textAt(recordAt(level, 'spec'), 'type')),
    textColumn('NominalConcurrencyShares', 'Its part of all requests', (level) => {
      return limitedOf(level)['nominalConcurrencyShares'] ?? '<none>'
    }),
    queueColumn('Queues', 'queues'),
    queueColumn('HandSize', 'handSize'),
    queueColumn('QueueLengthLimit', 'queueLengthLimit'),
    ageColumn,
  ],
  writeRules: {
    defaults(level) {
      const spec = fieldsWithin(level, 'spec')
      const exempt = fieldsAt(spec, 'exempt')
      if (exempt !== undefined) {
        exempt['nominalConcurrencyShares'] ??= 0
        exempt['lendablePercent'] ??= 0
      }
      const limited = fieldsAt(spec, 'limited')
      if (limited === undefined) return
      limited['nominalConcurrencyShares'] ??= 30
      limited['lendablePercent'] ??= 0
      const queuing = fieldsAt(fieldsAt(limited, 'limitResponse') ?? {}, 'queuing')
      if (queuing === undefined) return
      queuing['handSize'] ||= 8
      queuing['queues'] ||= 64
      queuing['queueLengthLimit'] ||= 50
    },
    validate: (level) =>
      errorsOf(level, (root) => {
        validateSpec(root.within('spec'), level.metadata.name ?? '')
        validateConditions(root.within('status'))
      }),
    validateUpdate: validateMandatory,
    validateStatus: (level) => errorsOf(level, (root) => validateConditions(root.within('status'))),
  },
}

/** The specs of the two levels that always exist do not change, but for what exempt ones lend. */
function validateMandatory(level: KubernetesObject, previous: KubernetesObject) {
  const { name = '' } = level.metadata
  const isExempt = name === 'exempt'
  if (!isExempt && name !== 'catch-all') return []
  const fixed = (of: KubernetesObject): object => {
    const spec = recordAt(of, 'spec')
    return isExempt ? { ...spec, exempt: undefined } : spec
  }
  if (deepEqual(fixed(level), fixed(previous))) return []
  const except = isExempt ? " except the 'spec.exempt' field" : ''
  const detail = `spec of '${name}'${except} must equal the fixed value`
  return [invalidField('spec', level['spec'], detail)]
}

function validateSpec(spec: Place, name: string): void {
  const type = spec.text('type')
  if ((name === 'exempt') !== (type === 'Exempt')) {
    spec.invalid('type', "type must be 'Exempt' if and only if name is 'exempt'", type)
  }
  const exempt = spec.at('exempt')
  const limited = spec.at('limited')
  switch (type) {
    case 'Exempt':
      if (limited !== undefined) {
        spec.forbidden('limited', 'must be nil if the type is not Limited')
      }
      if (exempt !== undefined) validateShares(exempt)
      break
    case 'Limited':
      if (exempt !== undefined) spec.forbidden('exempt', 'must be nil if the type is Limited')
      if (limited === undefined) {
        spec.required('limited', 'must not be empty when type is Limited')
      } else validateLimited(limited)
      break
    default:
      spec.unsupported('type', ['Exempt', 'Limited'], type)
  }
}

function validateShares(place: Place): void {
  if (place.number('nominalConcurrencyShares') < 0) {
    place.invalid('nominalConcurrencyShares', 'must be a non-negative integer')
  }
  validatePercent(place)
}

function validatePercent(place: Place): void {
  const percent = place.number('lendablePercent')
  if (percent >= 0 && percent <= 100) return
  place.invalid('lendablePercent', 'must be between 0 and 100, inclusive')
}

function validateLimited(limited: Place): void {
  if (limited.number('nominalConcurrencyShares') < 0) {
    limited.invalid('nominalConcurrencyShares', 'must be a non-negative integer')
  }
  const response = limited.within('limitResponse')
  const queuing = response.at('queuing')
  switch (response.text('type')) {
    case 'Reject':
      if (queuing === undefined) break
      response.forbidden('queuing', 'must be nil if limited.limitResponse.type is not Limited')
      break
    case 'Queue':
      if (queuing === undefined) {
        const detail = 'must not be empty if limited.limitResponse.type is Limited'
        response.required('queuing', detail)
      } else validateQueuing(queuing)
      break
    default:
      response.unsupported('type', ['Queue', 'Reject'], response.text('type'))
  }
  validatePercent(limited)
  if (limited.number('borrowingLimitPercent') < 0) {
    limited.invalid('borrowingLimitPercent', 'if specified, must be a non-negative integer')
  }
}

function validateQueuing(queuing: Place): void {
  const queues = queuing.number('queues')
  const hand = queuing.number('handSize')
  if (queuing.number('queueLengthLimit') <= 0) {
    queuing.invalid('queueLengthLimit', 'must be positive')
  }
  if (queues <= 0) queuing.invalid('queues', 'must be positive')
  else if (queues > queuesMax) queuing.invalid('queues', `must not be greater than ${queuesMax}`)
  if (hand <= 0) queuing.invalid('handSize', 'must be positive')
  else if (hand > queues) {
    queuing.invalid('handSize', `should not be greater than queues (${queues})`)
  } else if (entropyBits(queues, hand) > hashBitsMax) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${hashBitsMax}`
    queuing.invalid('handSize', detail)
  }
}

/** As RequiredEntropyBits of Kubernetes' shuffle sharding; stops where it is too much anyway. */
function entropyBits(deck: number, hand: number): number {
  let bits = 0
  for (let index = 0; index < hand && bits <= hashBitsMax; index++) bits += Math.log2(deck - index)
  return Math.ceil(bits)
}

function limitedOf(level: KubernetesObject): Record<string, unknown> {
  return recordAt(recordAt(level, 'spec'), 'limited')
}

function queueColumn(name: string, field: string) {
  return textColumn(name, `What ${field} says`, (level) => {
    const response = recordAt(limitedOf(level), 'limitResponse')
    return optionalRecordAt(response, 'queuing')?.[field] ?? '<none>'
  })
}
