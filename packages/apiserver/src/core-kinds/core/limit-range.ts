import { randomUUID } from 'node:crypto'

import {
  checkLabelKey,
  compareQuantity,
  formatQuantity,
  type KubernetesObject,
  type Quantity,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { createdAtColumn, nameColumn } from '../../definitions/standard-columns.ts'
import { fieldsWithin, itemsAt } from '../shared/defaulting.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { goQuantity, quantityAt } from '../shared/quantities.ts'
import { roundUpResources } from '../shared/resource-list.ts'
import {
  isOvercommitAllowed,
  validateContainerResourceName,
  validateResourceName,
} from '../shared/resource-names.ts'

const lists = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const
const types = ['Pod', 'Container', 'PersistentVolumeClaim']

/** As Kubernetes' LimitRange strategy, defaults and validation. */
export const limitRangeRules: KindRules = {
  group: '',
  plural: 'limitranges',
  allColumns: [nameColumn, createdAtColumn],
  writeRules: {
    defaults(range) {
      for (const limit of itemsAt(fieldsWithin(range, 'spec'), 'limits')) {
        for (const list of lists) roundUpResources(limit, list)
        if (limit['type'] === 'Container') defaultLimit(limit)
      }
    },
    prepareForCreate(range) {
      range.metadata.name ||= randomUUID()
    },
    validate: (range: KubernetesObject) =>
      errorsOf(range, (root) => {
        const seen = new Set<string>()
        for (const limit of root.within('spec').each('limits')) {
          validateType(limit)
          if (seen.has(limit.text('type'))) limit.duplicate('type')
          seen.add(limit.text('type'))
          validateLimit(limit)
        }
      }),
  },
}

/** As SetDefaults_LimitRangeItem in Kubernetes' core defaults. */
function defaultLimit(limit: Record<string, unknown>): void {
  const defaults = { ...fieldsWithin(limit, 'max'), ...fieldsWithin(limit, 'default') }
  const requests = {
    ...fieldsWithin(limit, 'min'),
    ...defaults,
    ...fieldsWithin(limit, 'defaultRequest'),
  }
  for (const list of ['max', 'min']) {
    if (Object.keys(fieldsWithin(limit, list)).length === 0) delete limit[list]
  }
  setUnlessEmpty(limit, 'default', defaults)
  setUnlessEmpty(limit, 'defaultRequest', requests)
}

function setUnlessEmpty(limit: Record<string, unknown>, field: string, list: object): void {
  if (Object.keys(list).length === 0) delete limit[field]
  else limit[field] = list
}

function validateType(limit: Place): void {
  const type = limit.text('type')
  const problems = checkLabelKey(type)
  limit.problems('type', problems, type)
  if (problems.length > 0 || type.includes('/') || types.includes(type)) return
  limit.invalid('type', 'must be a standard limit type or fully qualified')
}

function validateLimit(limit: Place): void {
  const type = limit.text('type')
  const isPod = type === 'Pod'
  const names = new Set<string>()
  for (const list of lists) {
    const isDefault = list === 'default' || list === 'defaultRequest'
    if (list === 'maxLimitRequestRatio' && type === 'PersistentVolumeClaim') {
      validateClaimLimits(limit)
    }
    const place = limit.within(list)
    const listed = Object.keys(place.fields)
    if (isPod && isDefault) {
      if (listed.length > 0) limit.forbidden(list, "may not be specified when `type` is 'Pod'")
      continue
    }
    for (const name of listed) {
      names.add(name)
      if (isPod || type === 'Container') {
        validateContainerResourceName(place, `[${name}]`, name)
      } else validateResourceName(place, `[${name}]`, name)
    }
  }
  for (const name of names) compareLimits(limit, name, isPod)
}

function validateClaimLimits(limit: Place): void {
  const hasStorage = (list: string): boolean => limit.within(list).has('storage')
  if (hasStorage('min') || hasStorage('max')) return
  limit.required(
    'limits',
    'either minimum or maximum storage value is required, but neither was provided',
  )
}

function compareLimits(limit: Place, name: string, isPod: boolean): void {
  const quantityOf = (list: string): Quantity | undefined => quantityAt(limit.within(list), name)
  const min = quantityOf('min')
  const max = quantityOf('max')
  const usual = isPod ? undefined : quantityOf('default')
  const request = isPod ? undefined : quantityOf('defaultRequest')
  const ratio = quantityOf('maxLimitRequestRatio')
  const report = (list: string, shown: Quantity, detail: string): void => {
    limit.invalid(`${list}[${name}]`, detail, goQuantity(shown, formatQuantity(shown)))
  }
  const compare = (
    list: string,
    [lowerName, lower]: readonly [string, Quantity | undefined],
    [upperName, upper]: readonly [string, Quantity | undefined],
    shown: Quantity | undefined,
  ): void => {
    if (lower === undefined || upper === undefined || shown === undefined) return
    if (compareQuantity(lower, upper) <= 0) return
    const detail = `${lowerName} value ${formatQuantity(lower)} is greater than ${upperName} value ${formatQuantity(upper)}`
    report(list, shown, detail)
  }
  compare('min', ['min', min], ['max', max], min)
  compare('defaultRequest', ['min', min], ['default request', request], request)
  compare('defaultRequest', ['default request', request], ['max', max], request)
  compare('defaultRequest', ['default request', request], ['default limit', usual], request)
  compare('default', ['min', min], ['default', usual], min)
  compare('default', ['default', usual], ['max', max], max)
  if (ratio !== undefined) validateRatio(ratio, min, max, report)
  if (usual === undefined || request === undefined || isOvercommitAllowed(name)) return
  if (compareQuantity(usual, request) === 0) return
  const detail = `default value ${formatQuantity(usual)} must equal to defaultRequest value ${formatQuantity(request)} in ${name}`
  report('defaultRequest', request, detail)
}

function validateRatio(
  ratio: Quantity,
  min: Quantity | undefined,
  max: Quantity | undefined,
  report: (list: string, shown: Quantity, detail: string) => void,
): void {
  const text = formatQuantity(ratio)
  if (ratio.value < 1) report('maxLimitRequestRatio', ratio, `ratio ${text} is less than 1`)
  if (min === undefined || max === undefined) return
  const limit = max.value / min.value
  if (ratio.value <= limit) return
  const shown = Number.isFinite(limit) ? limit.toFixed(6) : '+Inf'
  report('maxLimitRequestRatio', ratio, `ratio ${text} is greater than max/min = ${shown}`)
}
