import { isJsonObject } from '@fairlead/base'
import {
  checkDnsSubdomain,
  checkLabelKey,
  deepEqual,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { immutableErrors } from '../shared/immutable-field.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { goEventSource, goReference, goTime } from './go-event-values.ts'

/** Events in their core form. */

const textMax = 128
const messageMax = 1024

const text = (value: unknown): unknown => value ?? ''

/** What an event keeps, in the real server's order, with how messages show it. */
const fixedFields: readonly (readonly [field: string, shown: (value: unknown) => unknown])[] = [
  ['involvedObject', goReference],
  ['reason', text],
  ['message', text],
  ['source', goEventSource],
  ['firstTimestamp', goTime],
  ['lastTimestamp', goTime],
  ['count', (value) => value ?? 0],
  // The real server looks at it twice.
  ['reason', text],
  ['type', text],
  ['eventTime', goTime],
  ['action', text],
  ['related', (value) => (isJsonObject(value) ? goReference(value) : 'null')],
]

/**
 * As legacyValidateEvent in Kubernetes' event validation.
 * @param controllerField what the group calls who reports
 */
export function validateEvent(event: KubernetesObject, controllerField: string): FieldError[] {
  return errorsOf(event, (root) => {
    const namespace = event.metadata.namespace ?? ''
    const about = root.within('involvedObject')
    const isMismatch = (): void => {
      about.invalid('namespace', 'does not match event.namespace', about.text('namespace'))
    }
    if (root.has('eventTime')) {
      const isClusterWide = about.text('namespace') === ''
      if (isClusterWide && namespace !== 'default' && namespace !== 'kube-system') isMismatch()
      validateReporter(root, controllerField)
    } else if (about.text('namespace') === '') {
      if (namespace !== '' && namespace !== 'default') isMismatch()
    } else if (namespace !== about.text('namespace')) isMismatch()
    root.problems('namespace', checkDnsSubdomain(namespace), namespace)
  })
}

function validateReporter(root: Place, controllerField: string): void {
  const controller = root.text('reportingComponent')
  if (controller === '') root.required(controllerField)
  root.problems(controllerField, checkLabelKey(controller), controller)
  for (const field of ['reportingInstance', 'action', 'reason']) {
    root.requireText(field)
    if (Buffer.byteLength(root.text(field)) > textMax) {
      root.invalid(field, `can have at most ${textMax} characters`, '')
    }
  }
  if (Buffer.byteLength(root.text('message')) > messageMax) {
    root.invalid('message', `can have at most ${messageMax} characters`, '')
  }
}

/** What `events.k8s.io/v1` asks of a new event besides. */
export function validateNewEvent(event: KubernetesObject): FieldError[] {
  return errorsOf(event, (root) => {
    const name = event.metadata.name ?? ''
    if (name !== '') root.problems('metadata.name', checkDnsSubdomain(name), name)
    validateSeries(root)
    if (!root.has('eventTime')) root.required('eventTime')
    const type = root.text('type')
    if (type !== 'Normal' && type !== 'Warning') {
      root.invalid('type', `has invalid value: ${type}`, '')
    }
    const unset = 'needs to be unset'
    if (root.has('firstTimestamp')) root.invalid('firstTimestamp', unset, '')
    if (root.has('lastTimestamp')) root.invalid('lastTimestamp', unset, '')
    if (root.number('count') !== 0) root.invalid('count', unset, '')
    const source = root.within('source')
    if (source.text('component') !== '' || source.text('host') !== '') {
      root.invalid('source', unset, '')
    }
  })
}

/** What `events.k8s.io/v1` asks of a changed event besides. */
export function validateEventChange(
  event: KubernetesObject,
  previous: KubernetesObject,
): FieldError[] {
  const series = deepEqual(event['series'], previous['series'])
    ? []
    : errorsOf(event, validateSeries)
  return [
    ...series,
    ...fixedFields.flatMap(([field, shown]) =>
      immutableErrors(event, previous, '', [field], shown),
    ),
    ...immutableErrors(
      { reportingController: event['reportingComponent'], ...instanceOf(event) },
      { reportingController: previous['reportingComponent'], ...instanceOf(previous) },
      '',
      ['reportingController', 'reportingInstance'],
    ),
  ]
}

function instanceOf({ reportingInstance }: KubernetesObject): object {
  return { reportingInstance }
}

function validateSeries(root: Place): void {
  const series = root.at('series')
  if (series === undefined) return
  if (series.number('count') < 2) series.invalid('count', 'should be at least 2', '')
  if (!series.has('lastObservedTime')) series.required('lastObservedTime')
}
