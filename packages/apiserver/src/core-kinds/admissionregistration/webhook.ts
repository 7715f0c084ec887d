import {
  type AdmissionExpressions,
  checkDns1035Label,
  deepEqual,
  goStrings,
} from '@fairlead/kube-core'

import {
  optionalRecordAt,
  recordAt,
  recordsAt,
  textAt,
  textsAt,
  type Fields,
} from '../../definitions/fields.ts'
import { validateFullyQualifiedName } from '../shared/domain-name.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { validateWebhookClient } from '../shared/webhook-client.ts'
import { validateMatchConditions } from './match-condition.ts'
import { defaultRules, validateRule } from './operation-rule.ts'

const reviewVersions = ['v1', 'v1beta1']
const withoutSideEffects = ['None', 'NoneOnDryRun']
const sideEffects = ['None', 'NoneOnDryRun', 'Some', 'Unknown']

/** As SetDefaults_ValidatingWebhook of `admissionregistration.k8s.io/v1`. */
export function defaultWebhook(webhook: Record<string, unknown>): void {
  webhook['failurePolicy'] ??= 'Fail'
  webhook['matchPolicy'] ??= 'Equivalent'
  webhook['namespaceSelector'] ??= {}
  webhook['objectSelector'] ??= {}
  webhook['timeoutSeconds'] ??= 10
  defaultRules(recordsAt(webhook, 'rules'))
  const service = optionalRecordAt(recordAt(webhook, 'clientConfig'), 'service')
  if (service !== undefined) service['port'] ??= 443
}

const nothingMore = { params: false, variables: false }

/** What an update may keep, because it was stored under older rules. */
interface Tolerated {
  readonly sideEffects: boolean
  readonly reviewVersions: boolean
  readonly equalNames: boolean
  readonly selectors: boolean
  readonly matchConditions: boolean
}

/**
 * As validateValidatingWebhookConfiguration in Kubernetes' validation of webhook configurations.
 * @param expressions compile match conditions
 * @param validateMore what only one of the two kinds has
 */
export function validateWebhooks(
  configuration: Place,
  previous: Fields | undefined,
  expressions: AdmissionExpressions,
  validateMore: (webhook: Place) => void = () => undefined,
): void {
  const tolerated = toleratedOf(configuration.fields, previous)
  const names = new Set<string>()
  for (const webhook of configuration.each('webhooks')) {
    validateWebhook(webhook, tolerated, validateMore)
    if (!tolerated.matchConditions) {
      validateMatchConditions(webhook, () => expressions.compiler(nothingMore))
    }
    validateReviewVersions(webhook, tolerated)
    const name = webhook.text('name')
    if (tolerated.equalNames || name === '') continue
    if (names.has(name)) webhook.duplicate('name')
    names.add(name)
  }
}

function validateWebhook(
  webhook: Place,
  tolerated: Tolerated,
  validateMore: (webhook: Place) => void,
): void {
  validateFullyQualifiedName(webhook, 'name')
  for (const rule of webhook.each('rules')) validateRule(rule)
  webhook.oneOf('failurePolicy', ['Fail', 'Ignore'])
  webhook.oneOf('matchPolicy', ['Equivalent', 'Exact'])
  const allowed = tolerated.sideEffects ? sideEffects : withoutSideEffects
  if (webhook.has('sideEffects')) webhook.oneOf('sideEffects', allowed)
  else webhook.required('sideEffects', `must specify one of ${allowed.join(', ')}`)
  const timeout = webhook.optionalNumber('timeoutSeconds')
  if (timeout !== undefined && (timeout > 30 || timeout < 1)) {
    webhook.invalid('timeoutSeconds', 'the timeout value must be between 1 and 30 seconds')
  }
  const options = { mayHaveInvalidValues: tolerated.selectors }
  validateLabelSelector(webhook.at('namespaceSelector'), options)
  validateLabelSelector(webhook.at('objectSelector'), options)
  validateMore(webhook)
  validateWebhookClient(webhook.within('clientConfig'))
}

function validateReviewVersions(webhook: Place, tolerated: Tolerated): void {
  const field = 'admissionReviewVersions'
  const versions = webhook.texts(field)
  if (versions.length === 0) {
    webhook.required(field, `must specify one of ${reviewVersions.join(', ')}`)
    return
  }
  const seen = new Set<string>()
  for (const [index, version] of versions.entries()) {
    if (seen.has(version)) {
      webhook.invalid(`${field}[${index}]`, 'duplicate version', version)
      continue
    }
    seen.add(version)
    webhook.problems(`${field}[${index}]`, checkDns1035Label(version), version)
  }
  if (tolerated.reviewVersions || reviewVersions.some((version) => seen.has(version))) return
  const detail = `must include at least one of ${reviewVersions.join(', ')}`
  webhook.invalid(field, detail, goStrings(versions))
}

function toleratedOf(configuration: Fields, previous: Fields | undefined): Tolerated {
  if (previous === undefined) {
    return {
      sideEffects: false,
      reviewVersions: false,
      equalNames: false,
      selectors: false,
      matchConditions: false,
    }
  }
  const before = recordsAt(previous, 'webhooks')
  const names = before.map((webhook) => textAt(webhook, 'name'))
  return {
    sideEffects: before.some((each) => !withoutSideEffects.includes(textAt(each, 'sideEffects'))),
    reviewVersions: before.some((each) => {
      const versions = textsAt(each, 'admissionReviewVersions')
      return versions.length > 0 && !versions.some((version) => reviewVersions.includes(version))
    }),
    equalNames: new Set(names).size < names.length,
    selectors: errorsOf(previous, (root) => {
      for (const webhook of root.each('webhooks')) {
        validateLabelSelector(webhook.at('namespaceSelector'))
        validateLabelSelector(webhook.at('objectSelector'))
      }
    }).some(() => true),
    matchConditions: deepEqual(conditionsOf(configuration), conditionsOf(previous)),
  }
}

function conditionsOf(configuration: Fields): readonly unknown[] {
  return recordsAt(configuration, 'webhooks').map((webhook) =>
    recordsAt(webhook, 'matchConditions'),
  )
}
